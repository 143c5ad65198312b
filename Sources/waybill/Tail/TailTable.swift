import Orders
import WaybillClient

/// Events as lines of aligned columns: time, number, shop, status, event and details.
///
/// The columns have fixed widths, so that lines stand in line from the first one on; a longer cell moves only the
/// rest of its own line. On a terminal that is narrow, days stand on lines of their own, the status before is left
/// out, and details that do not fit follow on lines of their own, wrapped between words.
struct TailTable {
    let paint: Paint
    let time: LocalTime
    private var lastDay: String?

    private static let numberWidth = 12
    private static let shopWidth = 10
    private static let typeWidth = EventType.allCases.map(\.rawValue.count).max() ?? 0
    private static let statusWidth = OrderStatus.allCases.map(\.rawValue.count).max() ?? 0
    /// Fewer columns are narrow. The wide layout takes 104 before the details.
    static let wide = 132
    private static let gap = "  "
    /// Columns before the lines that go on with an event: those of its time.
    private static let indent = 10

    init(paint: Paint, time: LocalTime = LocalTime()) {
        self.paint = paint
        self.time = time
    }

    /// - Parameter columns: the terminal's width; nil where the output is not a terminal, and each event is one line.
    mutating func line(_ event: OrderChange, columns: Int? = nil) -> String {
        line(
            Entry(
                time: event.recordedAt,
                number: event.number,
                shop: event.shop,
                statusBefore: event.statusBefore == event.status ? nil : event.statusBefore,
                status: event.status,
                isNewStatus: event.statusBefore != event.status,
                type: event.type,
                detail: EventDetail(event, time: time).text
            ),
            columns
        )
    }

    mutating func line(_ snapshot: OrderSnapshot, columns: Int? = nil) -> String {
        line(
            Entry(
                time: snapshot.updatedAt,
                number: snapshot.number,
                shop: snapshot.shop,
                statusBefore: nil,
                status: snapshot.status,
                isNewStatus: true,
                type: "(snapshot)",
                detail: "version \(snapshot.version)"
            ),
            columns
        )
    }

    private struct Entry {
        let time, number, shop: String
        let statusBefore: String?
        let status: String
        let isNewStatus: Bool
        let type, detail: String
    }

    private mutating func line(_ entry: Entry, _ columns: Int?) -> String {
        guard let columns, columns < Self.wide else {
            let before = entry.statusBefore.map { "\($0) → " } ?? ""
            let head = head(entry, time: time.full(entry.time), before + entry.status, 2 * Self.statusWidth + 3)
            return rows(head, entry, columns).joined(separator: "\n")
        }
        let status = (entry.isNewStatus ? "→ " : "") + entry.status
        let head = head(entry, time: time.clock(entry.time), status, Self.statusWidth + 2)
        let rows = rows(head, entry, columns)
        let day = time.day(entry.time)
        defer { lastDay = day }
        return (day == lastDay ? rows : [paint(day, .dim)] + rows).joined(separator: "\n")
    }

    /// The cells from the time to the status, as they are shown, and their width.
    private func head(
        _ entry: Entry,
        time: String,
        _ status: String,
        _ statusWidth: Int
    ) -> (text: String, width: Int) {
        let colour = entry.isNewStatus ? Self.colour(OrderStatus(rawValue: entry.status)) : .dim
        let cells: [(text: String, colour: Paint.Colour?)] = [
            (time, .dim), (Self.padded(entry.number, Self.numberWidth), nil),
            (Self.padded(entry.shop, Self.shopWidth), nil), (Self.padded(status, statusWidth), colour),
        ]
        let width = cells.reduce(0) { $0 + TerminalText.width($1.text) } + Self.gap.count * (cells.count - 1)
        return (cells.map { paint($0.text, $0.colour) }.joined(separator: Self.gap), width)
    }

    private func rows(_ head: (text: String, width: Int), _ entry: Entry, _ columns: Int?) -> [String] {
        let type = TerminalText.plain(entry.type)
        // No blanks at the end, where there is no detail.
        if entry.detail.isEmpty { return Self.rows(head, type, then: [], columns) }
        let whole = Self.padded(type, Self.typeWidth) + Self.gap + entry.detail
        guard let columns, head.width + Self.gap.count + TerminalText.width(whole) > columns else {
            return [head.text + Self.gap + whole]
        }
        let details = TerminalText.wrapped(entry.detail, columns: max(1, columns - Self.indent))
        return Self.rows(head, type, then: details, columns)
    }

    private static func rows(
        _ head: (text: String, width: Int),
        _ type: String,
        then details: [String],
        _ columns: Int?
    ) -> [String] {
        let indent = String(repeating: " ", count: indent)
        let fits = columns.map { head.width + gap.count + TerminalText.width(type) <= $0 } ?? true
        return (fits ? [head.text + gap + type] : [head.text, indent + type]) + details.map { indent + $0 }
    }

    private static func padded(_ cell: String, _ width: Int) -> String {
        let text = TerminalText.plain(cell)
        return text + String(repeating: " ", count: max(0, width - TerminalText.width(text)))
    }

    private static func colour(_ status: OrderStatus?) -> Paint.Colour? {
        switch status {
        case nil, .placed: nil
        case .preparing: .cyan
        case .partlyShipped, .shipped, .outForDelivery: .blue
        case .readyForPickup, .partlyDelivered, .delivered: .green
        case .returned: .magenta
        case .onHold: .yellow
        case .attention, .cancelled: .red
        }
    }
}
