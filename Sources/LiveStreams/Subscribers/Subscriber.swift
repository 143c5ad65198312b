import OrderLog
package import Orders

/// One stream's reader: a cursor, not a queue. Pure: it is shown the ring and says what to do next.
///
/// Invariant: everything that the stream shows at or before `cursor` has been handed out, once and in order.
package struct Subscriber: Sendable {
    package let filter: StreamFilter
    package let audience: Audience
    /// Frames without their `event:` line.
    package let plain: Bool
    /// The last event that the stream has fully passed.
    package internal(set) var cursor: Int64
    /// What has been handed out; whoever reports it takes it.
    package internal(set) var tally = StreamTally()

    /// What the stream does next.
    package enum Step: Sendable, Equatable {
        /// Send these bytes, then ask again.
        case send([UInt8])
        /// Read the log after `after` up to `through`, show it to `absorb`, then ask again.
        case catchUp(after: Int64, through: Int64)
        /// Nothing to do until the ring grows.
        case wait
    }

    /// About how many bytes go out in one write.
    package static let budget = 64 * 1024

    package init(filter: StreamFilter, audience: Audience, plain: Bool, cursor: Int64) {
        self.filter = filter
        self.audience = audience
        self.plain = plain
        self.cursor = cursor
    }

    /// The next step, given the ring. Frames are taken up to about `budget` bytes, so that one write stays bounded.
    package mutating func next(ring: Ring, budget: Int = Self.budget) -> Step {
        next(ring.bounds, ring.frames(after: cursor), budget: budget)
    }

    /// The same, given where the ring begins and ends, and some of its frames after the cursor, without a hole.
    package mutating func next(
        _ ring: StreamState.Bounds,
        _ frames: some Sequence<EventFrame>,
        budget: Int = Self.budget
    ) -> Step {
        if cursor < ring.floor { return .catchUp(after: cursor, through: ring.end) }
        guard cursor < ring.end else { return .wait }
        var bytes: [UInt8] = []
        for frame in frames {
            cursor = frame.event.seq
            if filter.matches(frame), let encoded = frame.encoded(for: audience) {
                encoded.append(to: &bytes, plain: plain)
                tally.add(frame)
            }
            if bytes.count >= budget { break }
        }
        return bytes.isEmpty ? .wait : .send(bytes)
    }

    /// Takes events that were read from the log: everything after the cursor up to `through` that the stream may show, in
    /// writes of about `budget` bytes. What was taken is removed from `frames`; the cursor reaches `through` with the last.
    ///
    /// - Returns: the bytes to send; nil when all is taken.
    package mutating func absorb(
        _ frames: inout ArraySlice<EventFrame>,
        through: Int64,
        budget: Int = Self.budget
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < budget, let frame = frames.popFirst() {
            guard frame.event.seq > cursor, frame.event.seq <= through else { continue }
            cursor = frame.event.seq
            if filter.matches(frame), let encoded = frame.encoded(for: audience) {
                encoded.append(to: &bytes, plain: plain)
                tally.add(frame)
            }
        }
        if frames.isEmpty { cursor = max(cursor, through) }
        return bytes.isEmpty ? nil : bytes
    }

    mutating func takeTally() -> StreamTally {
        defer { tally = StreamTally() }
        return tally
    }

    /// Moves to where the log was cut, if the stream was beyond it.
    ///
    /// - Returns: whether the stream had shown, or passed, events that no longer exist.
    package mutating func fork(after seq: Int64) -> Bool {
        guard cursor > seq else { return false }
        cursor = seq
        return true
    }
}
