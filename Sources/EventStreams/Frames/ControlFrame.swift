import StrictJSON

/// The frames that are not events, but about the stream itself.
package enum ControlFrame {
    /// The reasons why a stream cannot continue at the client's position.
    package enum ResetReason: String, Sendable, CaseIterable {
        case malformed, unknownEpoch, ahead, forked
    }

    /// The reasons why a stream ends.
    package enum ByeReason: String, Sendable, CaseIterable {
        case shutdown, maxAge, tokenExpired, slow, overload
    }

    /// The events that go with id-only blocks, for pages, which cannot see those.
    package enum Beat: Sendable, Hashable {
        /// None: the blocks dispatch no event.
        case absent
        /// An event `beat`.
        case named
        /// The same without an `event:` line.
        case plain
    }

    /// The first block of a stream.
    ///
    /// - Parameters:
    ///   - retry: the milliseconds after which the client should return. The caller adds jitter.
    ///   - position: the position that a resumed stream continues after. Some client libraries set their position from
    ///     every block, also to none, so that this block must not be without it.
    package static func opening(retry: Int, position: String?, beat: Beat = .absent) -> [UInt8] {
        Array("retry: \(retry)\n".utf8) + (position.map { cursor($0, beat: beat) } ?? Array("\n".utf8))
    }

    /// An id-only block, which moves the client's cursor and dispatches no event (WHATWG HTML, section 9.2.6), unless a
    /// beat is wanted.
    package static func cursor(_ position: String, beat: Beat = .absent) -> [UInt8] {
        switch beat {
        case .absent: Array("id: \(position)\n\n".utf8)
        case .named: Array("event: beat\nid: \(position)\ndata: {}\n\n".utf8)
        case .plain: Array("id: \(position)\ndata: {\"type\":\"beat\"}\n\n".utf8)
        }
    }

    /// The current state with which a stream begins.
    ///
    /// - Parameters:
    ///   - order: the order as a JSON object.
    ///   - position: the frame's id; nil where an id-only block follows later.
    ///   - plain: writes `"type"` into the data instead of an `event:` line.
    package static func snapshot(_ order: [UInt8], position: String?, plain: Bool) -> [UInt8] {
        let order = LineSeparators.escaped(order)
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

    /// The log does not have the client's position, so the stream begins anew at `position`. The frame has no id; those
    /// that follow have one.
    package static func reset(_ reason: ResetReason, position: String, plain: Bool) -> [UInt8] {
        control("reset", plain: plain) { writer in
            writer.field("reason", reason.rawValue)
            writer.field("position", position)
        }
    }

    /// The stream ends.
    ///
    /// - Parameter retry: the milliseconds after which the client may return.
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
