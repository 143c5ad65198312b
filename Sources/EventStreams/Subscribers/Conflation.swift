import Foundation
import OrderLog

/// What a conflated stream shows at its next tick: of every order that changed the newest event, and how many before it
/// were passed over. Pure; bounded in bytes, so that whoever fills it asks `isFull` and shows what is there before its time.
///
/// Events are taken and shown in ascending order. So when a frame is sent, every order that is still to be shown has its
/// event beyond that frame's id: a client that comes back with any id it was given misses no order's newest event, and is
/// shown none twice.
package struct Conflation: Sendable {
    /// An order's newest event.
    package struct Change: Sendable {
        package fileprivate(set) var frame: EventFrame
        /// The order's events before it, of those that the stream's filter lets through, since it was last shown.
        package fileprivate(set) var skipped: Int
    }

    private var changes: [UUID: Change] = [:]
    private var size = 0
    private let capacity: Int

    /// - Parameter capacity: bytes of events at which it is full.
    package init(capacity: Int = 4 * 1024 * 1024) {
        self.capacity = capacity
    }

    package var isEmpty: Bool { changes.isEmpty }
    package var isFull: Bool { size >= capacity }

    /// Takes the next event that the stream's filter lets through.
    package mutating func take(_ frame: EventFrame) {
        size += frame.size
        if let known = changes[frame.event.orderId] {
            size -= known.frame.size
            changes[frame.event.orderId] = Change(frame: frame, skipped: known.skipped + 1)
        } else {
            changes[frame.event.orderId] = Change(frame: frame, skipped: 0)
        }
    }

    /// Takes what a view shows of the ring after a cursor, as far as there is room.
    ///
    /// - Returns: the last event that was taken or passed.
    package mutating func take(_ ring: RecentEvents, after cursor: Int64, of view: StreamView) -> Int64 {
        var through = ring.end
        ring.forEach(after: cursor) { frame in
            if view.shows(frame) { take(frame) }
            guard isFull else { return true }
            through = frame.event.seq
            return false
        }
        return through
    }

    /// The same of events that were read from the log, which are complete up to `end`.
    package mutating func take(_ frames: [EventFrame], after cursor: Int64, through end: Int64, of view: StreamView)
        -> Int64
    {
        for frame in frames where frame.event.seq > cursor {
            if view.shows(frame) { take(frame) }
            if isFull { return frame.event.seq }
        }
        return end
    }

    /// Hands out what is to be shown, oldest first, and begins anew.
    package mutating func tick() -> [Change] {
        let shown = changes.values.sorted { $0.frame.event.seq < $1.frame.event.seq }
        forget()
        return shown
    }

    /// Drops what was taken: it belongs to a history that no longer exists.
    package mutating func forget() {
        changes.removeAll(keepingCapacity: false)
        size = 0
    }
}
