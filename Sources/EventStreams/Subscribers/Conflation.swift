import Foundation
import OrderLog

/// The content of a conflated stream's next tick: the newest event of every order that changed, and the number of
/// events that were passed over before it. Pure, and bounded in bytes: when `isFull`, the caller shows the content
/// before the tick.
///
/// Events are taken and shown in ascending order. When a frame is sent, every order that is still to be shown has its
/// event after that frame's id. A client that returns with any id therefore misses no order's newest event and is shown
/// none twice.
package struct Conflation: Sendable {
    /// An order's newest event.
    package struct Change: Sendable {
        package fileprivate(set) var frame: EventFrame
        /// The number of the order's events that were passed over since the order was last shown, of those that the
        /// stream's filter lets through.
        package fileprivate(set) var skipped: Int
    }

    private var changes: [UUID: Change] = [:]
    private var size = 0
    private let capacity: Int

    /// - Parameter capacity: the bytes of events at which `isFull` becomes true.
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

    /// Takes the recent events after a cursor that a view shows, until there is no room.
    ///
    /// - Returns: the last event that was taken or passed over.
    package mutating func take(_ recentEvents: RecentEvents, after cursor: Int64, for view: StreamView) -> Int64 {
        var through = recentEvents.end
        recentEvents.forEach(after: cursor) { frame in
            if view.shows(frame) { take(frame) }
            guard isFull else { return true }
            through = frame.event.seq
            return false
        }
        return through
    }

    /// Takes the events of a page of the log after a cursor that a view shows, until there is no room.
    ///
    /// - Parameter end: the last event up to which the page is complete.
    /// - Returns: the last event that was taken or passed over.
    package mutating func take(_ frames: [EventFrame], after cursor: Int64, through end: Int64, for view: StreamView)
        -> Int64
    {
        for frame in frames where frame.event.seq > cursor {
            if view.shows(frame) { take(frame) }
            if isFull { return frame.event.seq }
        }
        return end
    }

    /// Removes and returns the changes, oldest first.
    package mutating func takeChanges() -> [Change] {
        let shown = changes.values.sorted { $0.frame.event.seq < $1.frame.event.seq }
        removeAll()
        return shown
    }

    /// Drops all changes.
    package mutating func removeAll() {
        changes.removeAll(keepingCapacity: false)
        size = 0
    }
}
