import StrictJSON

/// The frames that are not events: what a stream says about itself.
package enum ControlFrame {
    /// Why a position could not be resumed from.
    package enum ResetReason: String, Sendable, CaseIterable {
        case malformed, unknownEpoch, ahead, forked
    }

    /// Why a stream ends.
    package enum ByeReason: String, Sendable, CaseIterable {
        case shutdown, maxAge, tokenExpired, slow, overload
    }

    /// How long a client should wait before it returns, in milliseconds; jittered by the caller.
    package static func retry(milliseconds: Int) -> [UInt8] {
        Array("retry: \(milliseconds)\n\n".utf8)
    }

    /// An id-only block: moves the client's cursor, dispatches nothing (WHATWG HTML, section 9.2.6).
    package static func cursor(_ position: String) -> [UInt8] {
        Array("id: \(position)\n\n".utf8)
    }

    /// The current state that a stream begins with.
    ///
    /// - Parameters:
    ///   - order: the order as JSON, an object.
    ///   - position: the id that goes with it; nil where the cursor follows by itself.
    package static func snapshot(_ order: [UInt8], position: String?, plain: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(order.count + 96)
        if !plain { bytes.append(contentsOf: "event: snapshot\n".utf8) }
        if let position { bytes.append(contentsOf: "id: \(position)\n".utf8) }
        bytes.append(contentsOf: "data: ".utf8)
        if plain {
            bytes.append(contentsOf: "{\"type\":\"snapshot\"".utf8)
            if order.count > 2 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: order.dropFirst())
        } else {
            bytes.append(contentsOf: order)
        }
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }

    /// The client's position is none of this log's; the stream begins anew at `position`. Carries no id: what follows does.
    package static func reset(_ reason: ResetReason, position: String, plain: Bool) -> [UInt8] {
        control("reset", plain: plain) { writer in
            writer.field("reason", reason.rawValue)
            writer.field("position", position)
        }
    }

    /// The stream ends, and the client may return after `retry` milliseconds.
    package static func bye(_ reason: ByeReason, retry: Int, plain: Bool) -> [UInt8] {
        var bytes = Array("retry: \(retry)\n".utf8)
        bytes.append(contentsOf: control("bye", plain: plain) { $0.field("reason", reason.rawValue) })
        return bytes
    }

    private static func control(_ name: String, plain: Bool, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var bytes: [UInt8] = plain ? [] : Array("event: \(name)\n".utf8)
        bytes.append(contentsOf: "data: ".utf8)
        bytes.append(
            contentsOf: JSONWriter.object(reserving: 64) { writer in
                if plain { writer.field("type", name) }
                body(&writer)
            }
        )
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }
}
