package import OrderLog
package import Orders
import StrictJSON
import Synchronization

/// An event as streams send it: a pure function of its row in the log, encoded once for each audience that needs it.
///
/// Fields are lines, and a blank line ends the event (WHATWG HTML, section 9.2.6). A frame has no other line breaks,
/// since JSON escapes them.
package final class EventFrame: Sendable {
    package let event: LoggedEvent
    /// True when the event's row shows that it concerns the attention queue: the headline is `attention` before or
    /// after, or an anomaly is raised or resolved. The other reasons are in no row; the order list knows them.
    package let concernsAttention: Bool
    /// The bytes of memory that the frame takes once it is encoded for all audiences, with its entries in
    /// `RecentEvents`.
    package let size: Int
    private let position: LogPosition
    private let positionEncoder: PositionEncoder
    private let encodings = Mutex(Encodings())

    struct Encodings {
        var staff: Encoded?
        var customer: Encoded?
    }

    /// A frame's bytes. The `plain` form is the same without the `event:` line.
    package struct Encoded: Sendable, Hashable {
        package let bytes: [UInt8]
        /// The index after the `event:` line.
        package let plainStart: Int

        /// - Parameter plain: omits the `event:` line.
        package func append(to buffer: inout [UInt8], plain: Bool) {
            if plain { buffer.append(contentsOf: bytes[plainStart...]) } else { buffer.append(contentsOf: bytes) }
        }

        /// Appends the frame with `"skipped"` as the last member of its data.
        package func append(to buffer: inout [UInt8], plain: Bool, skipped: Int) {
            append(to: &buffer, plain: plain)
            // Every frame ends with these bytes.
            buffer.removeLast("}\n\n".utf8.count)
            buffer.append(contentsOf: ",\"skipped\":\(skipped)}\n\n".utf8)
        }
    }

    package init(_ event: LoggedEvent, position: LogPosition, positionEncoder: PositionEncoder) {
        self.event = event
        self.position = position
        self.positionEncoder = positionEncoder
        concernsAttention = Self.concernsAttention(event)
        size = Self.size(of: event)
    }

    /// The frame for staff, backends and operators.
    package var staff: Encoded {
        encodings.withLock { encodings in
            if let known = encodings.staff { return known }
            let encoded = Self.encode(event, for: .staff, positionEncoder(position, for: .staff))
            encodings.staff = encoded
            return encoded
        }
    }

    /// The frame for the order's customer; nil where the event is hidden from customers.
    package var customer: Encoded? {
        guard event.data != nil else { return nil }
        return encodings.withLock { encodings in
            if let known = encodings.customer { return known }
            let encoded = Self.encode(event, for: .customer, positionEncoder(position, for: .customer))
            encodings.customer = encoded
            return encoded
        }
    }

    package func isVisible(to audience: Audience) -> Bool { audience == .staff || event.data != nil }

    /// The frame for an audience; nil where the event is hidden from it.
    package func encoded(for audience: Audience) -> Encoded? {
        switch audience {
        case .staff: staff
        case .customer: customer
        }
    }

    private static func encode(_ event: LoggedEvent, for audience: Audience, _ position: String) -> Encoded {
        let name = event.changesStatus ? "event: status\n" : "event: update\n"
        let id = "id: \(position)\ndata: "
        var writer = JSONWriter(reserving: 1024 + (event.data?.count ?? 0) + event.internal.count)
        event.write(to: &writer, for: audience, position: position)
        // Rows of earlier versions have these characters as they are.
        let data = LineSeparators.escaped(writer.bytes)
        var bytes: [UInt8] = []
        // The exact size, since tens of thousands of frames are kept.
        bytes.reserveCapacity(name.utf8.count + id.utf8.count + data.count + 2)
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: id.utf8)
        bytes.append(contentsOf: data)
        bytes.append(contentsOf: "\n\n".utf8)
        return Encoded(bytes: bytes, plainStart: name.utf8.count)
    }

    private static func concernsAttention(_ event: LoggedEvent) -> Bool {
        let attention = OrderStatus.attention.rawValue
        if event.status == attention || event.statusBefore == attention { return true }
        if event.type == EventType.anomalyResolved.rawValue { return true }
        return AnomalyMark.isPresent(in: event.internal)
    }
}
