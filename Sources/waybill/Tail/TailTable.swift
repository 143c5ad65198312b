import Orders
import WaybillClient

/// Events as lines of aligned columns: when, number, shop, status, what happened, and the detail that tells.
struct TailTable {
    let paint: Paint
    let time: LocalTime
    /// The columns' widths so far. What is longer widens its column, so that later lines stand in line again.
    private var widths = [8, 8, 22, 16]

    /// A longer cell stands out of its column instead of widening it.
    private static let widest = 34

    init(paint: Paint, time: LocalTime = LocalTime()) {
        self.paint = paint
        self.time = time
    }

    mutating func line(_ event: OrderChange) -> String {
        let isNew = event.statusBefore != event.status
        let before = isNew ? event.statusBefore.map { "\($0) → " } ?? "" : ""
        return line(
            time: event.recordedAt,
            cells: [event.number, event.shop, before + event.status, event.type],
            status: event.status,
            isNew: isNew,
            detail: EventDetail(event, time: time).text
        )
    }

    mutating func line(_ snapshot: OrderSnapshot) -> String {
        line(
            time: snapshot.updatedAt,
            cells: [snapshot.number, snapshot.shop, snapshot.status, "(snapshot)"],
            status: snapshot.status,
            isNew: true,
            detail: "version \(snapshot.version)"
        )
    }

    private mutating func line(time: String, cells: [String], status: String, isNew: Bool, detail: String) -> String {
        let texts = cells.enumerated().map { index, cell in
            let text = TerminalText.plain(cell)
            widths[index] = min(max(widths[index], text.count), Self.widest)
            return text + String(repeating: " ", count: max(0, widths[index] - text.count))
        }
        let colour = Self.colour(OrderStatus(rawValue: status))
        let columns = [
            paint(self.time.full(time), .dim), texts[0], texts[1], paint(texts[2], isNew ? colour : .dim),
        ]
        // No blanks at the end, where there is no detail.
        let end = detail.isEmpty ? [TerminalText.plain(cells[3])] : [texts[3], detail]
        return (columns + end).joined(separator: "  ")
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

/// What a line shows of an order as it is.
struct OrderSnapshot: Decodable {
    let number, shop, status, updatedAt: String
    let version: Int
}
