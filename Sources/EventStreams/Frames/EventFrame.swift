package import OrderLog
package import Orders
import StrictJSON
import Synchronization

/// An event as it is pushed: a pure function of its log row, encoded once for each audience that asks for it.
///
/// WHATWG HTML, section 9.2.6: fields are lines, a blank line ends the event. The text of a frame has no other line breaks,
/// since JSON escapes them.
package final class EventFrame: Sendable {
    package let event: LoggedEvent
    /// The event concerns the attention queue: its headline comes or goes, or an anomaly is raised or resolved.
    package let attention: Bool
    /// Memory that the frame holds once every audience has asked for it, and its places in rings, in bytes.
    package let size: Int
    private let position: LogPosition
    private let text: PositionEncoder
    private let encodings = Mutex(Encodings())

    struct Encodings {
        var staff: Encoded?
        var customer: Encoded?
    }

    /// One frame's bytes. Without its `event:` line it is the `plain` form.
    package struct Encoded: Sendable, Hashable {
        package let bytes: [UInt8]
        /// Where the bytes go on after the `event:` line.
        package let plainStart: Int

        package func append(to buffer: inout [UInt8], plain: Bool) {
            if plain { buffer.append(contentsOf: bytes[plainStart...]) } else { buffer.append(contentsOf: bytes) }
        }

        /// The same with `"skipped"` as the last member of its data.
        package func append(to buffer: inout [UInt8], plain: Bool, skipped: Int) {
            append(to: &buffer, plain: plain)
            // What every frame ends with.
            buffer.removeLast("}\n\n".utf8.count)
            buffer.append(contentsOf: ",\"skipped\":\(skipped)}\n\n".utf8)
        }
    }

    package init(_ event: LoggedEvent, position: LogPosition, text: PositionEncoder) {
        self.event = event
        self.position = position
        self.text = text
        attention = Self.concernsAttention(event)
        size = Self.size(of: event)
    }

    /// For staff, backends and operators.
    package var staff: Encoded {
        encodings.withLock { encodings in
            if let known = encodings.staff { return known }
            let encoded = Self.encode(event, for: .staff, text(position, for: .staff))
            encodings.staff = encoded
            return encoded
        }
    }

    /// For the order's customer and tracking links; nil where the event is hidden from them.
    package var customer: Encoded? {
        guard event.data != nil else { return nil }
        return encodings.withLock { encodings in
            if let known = encodings.customer { return known }
            let encoded = Self.encode(event, for: .customer, text(position, for: .customer))
            encodings.customer = encoded
            return encoded
        }
    }

    package func isVisible(to audience: Audience) -> Bool { audience == .staff || event.data != nil }

    /// The frame as an audience sees it; nil where it sees nothing.
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
        var bytes: [UInt8] = []
        // No more than is needed: frames are kept by tens of thousands.
        bytes.reserveCapacity(name.utf8.count + id.utf8.count + writer.bytes.count + 2)
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: id.utf8)
        bytes.append(contentsOf: writer.bytes)
        bytes.append(contentsOf: "\n\n".utf8)
        return Encoded(bytes: bytes, plainStart: name.utf8.count)
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
