import OrderLog

extension Subscriber {
    /// What gathering for a tick needs next.
    package enum Gathering: Sendable, Equatable {
        /// Everything up to where the tick goes is taken.
        case done
        /// What is taken has to be shown before more is.
        case full
        /// Ask again: the ring is looked at in pieces, since others wait for it meanwhile.
        case more
        /// Read the log after `after`, show it to `gather`, then ask again.
        case catchUp(after: Int64)
    }

    private static let piece: Int64 = 1000

    /// Takes the ring's events up to `through` for a conflated stream's tick.
    package mutating func gather(_ ring: Ring, through: Int64, into conflation: inout Conflation) -> Gathering {
        guard cursor < through else { return .done }
        if conflation.isFull { return .full }
        if cursor < ring.floor { return .catchUp(after: cursor) }
        let stop = min(through, cursor + Self.piece)
        ring.forEach(after: cursor) { frame in
            guard frame.event.seq <= stop else { return false }
            pass(frame, into: &conflation)
            return !conflation.isFull
        }
        if conflation.isFull { return .full }
        return cursor < min(through, ring.end) ? .more : .done
    }

    /// Takes events that were read from the log, complete up to `through`, as far as there is room.
    package mutating func gather(_ frames: [EventFrame], through: Int64, into conflation: inout Conflation) {
        for frame in frames where frame.event.seq > cursor {
            if conflation.isFull { return }
            pass(frame, into: &conflation)
        }
        cursor = max(cursor, through)
    }

    private mutating func pass(_ frame: EventFrame, into conflation: inout Conflation) {
        cursor = frame.event.seq
        if filter.matches(frame), frame.isVisible(to: audience) { conflation.take(frame) }
    }

    /// The bytes of a change, as much like the event's own frame as can be.
    package mutating func bytes(of change: Conflation.Change) -> [UInt8] {
        var bytes: [UInt8] = []
        change.frame.encoded(for: audience)?.append(to: &bytes, plain: plain, skipped: change.skipped)
        tally.add(change.frame)
        return bytes
    }
}
