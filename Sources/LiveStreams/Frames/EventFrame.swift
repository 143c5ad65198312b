package import OrderLog
package import Orders
import StrictJSON

/// An event as it is pushed, encoded once per audience: a pure function of its log row.
///
/// WHATWG HTML, section 9.2.6: fields are lines, a blank line ends the event. The text of a frame has no other line breaks,
/// since JSON escapes them.
package struct EventFrame: Sendable {
    package let event: LoggedEvent
    /// For staff, backends and operators.
    package let staff: Encoded
    /// For the order's customer and tracking links; nil where the event is hidden from them.
    package let customer: Encoded?
    /// The event concerns the attention queue: its headline comes or goes, or an anomaly is raised or resolved.
    package let attention: Bool

    /// One frame's bytes. Without its `event:` line it is the `plain` form.
    package struct Encoded: Sendable, Hashable {
        package let bytes: [UInt8]
        /// Where the bytes go on after the `event:` line.
        package let plainStart: Int

        package func append(to buffer: inout [UInt8], plain: Bool) {
            if plain { buffer.append(contentsOf: bytes[plainStart...]) } else { buffer.append(contentsOf: bytes) }
        }
    }

    package init(_ event: LoggedEvent, position: LogPosition, text: PositionText) {
        self.event = event
        staff = Self.encode(event, for: .staff, text(position, for: .staff))
        customer = event.data == nil ? nil : Self.encode(event, for: .customer, text(position, for: .customer))
        attention = Self.concernsAttention(event)
    }

    /// The frame as an audience sees it; nil where it sees nothing.
    package func encoded(for audience: Audience) -> Encoded? {
        switch audience {
        case .staff: staff
        case .customer: customer
        }
    }

    /// Memory that the frame holds, roughly, in bytes.
    package var size: Int {
        // Strings and arrays of the row, and what an entry of the ring costs beside the bytes.
        staff.bytes.count + (customer?.bytes.count ?? 0) + (event.data?.count ?? 0) + event.internal.count + 512
    }

    private static func encode(_ event: LoggedEvent, for audience: Audience, _ position: String) -> Encoded {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + (event.data?.count ?? 0) + event.internal.count)
        bytes.append(contentsOf: event.changesStatus ? "event: status\n".utf8 : "event: update\n".utf8)
        let plainStart = bytes.count
        bytes.append(contentsOf: "id: \(position)\ndata: ".utf8)
        var writer = JSONWriter(reserving: 512 + (event.data?.count ?? 0))
        event.write(to: &writer, for: audience, position: position)
        bytes.append(contentsOf: writer.bytes)
        bytes.append(contentsOf: "\n\n".utf8)
        return Encoded(bytes: bytes, plainStart: plainStart)
    }

    private static func concernsAttention(_ event: LoggedEvent) -> Bool {
        let attention = OrderStatus.attention.rawValue
        if event.status == attention || event.statusBefore == attention { return true }
        if event.type == EventType.anomalyResolved.rawValue { return true }
        return AnomalyMark.stands(in: event.internal)
    }
}

/// Tells from an event's `internal` text whether it raised an anomaly.
enum AnomalyMark {
    private static let key = Array("\"anomaly\"".utf8)

    static func stands(in json: [UInt8]) -> Bool {
        guard json.count > key.count, contains(key, in: json) else { return false }
        // The bytes may stand in a text as well, so look properly.
        return (try? JSONNode.read(json) { $0["anomaly"] != nil }) ?? false
    }

    private static func contains(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast(needle.count - 1).contains { start in
            bytes[start] == needle[0] && bytes[start..<start + needle.count].elementsEqual(needle)
        }
    }
}
