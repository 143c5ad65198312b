import DequeModule
package import Foundation
import OrderLog

/// The newest part of the log in memory, each frame encoded once: bounded in bytes, without holes.
///
/// A value; `StreamHub` keeps one behind its lock, and each lane one of its own with the same frames.
package struct RecentEvents: Sendable {
    private struct Entry {
        let frame: EventFrame
        /// The event before it of the same order, if the ring held it when this one came; else 0.
        let previousOfOrder: Int64
    }

    /// Everything up to here has left the ring, or was never in it: a cursor before it must read the log.
    package private(set) var floor: Int64
    private var entries: Deque<Entry> = []
    private var newestOfOrder: [UUID: Int64] = [:]
    private var size = 0
    private let capacity: Int

    /// - Parameter capacity: most bytes kept; the newest frame stays whatever its size.
    package init(after seq: Int64, capacity: Int) {
        floor = seq
        self.capacity = capacity
    }

    /// The last event in the ring, or where it begins when empty.
    package var end: Int64 { floor + Int64(entries.count) }
    package var byteCount: Int { size }
    package var bounds: StreamState.Bounds { StreamState.Bounds(floor: floor, end: end) }

    /// Adds the next event. Events that the ring has already are passed over; a hole empties it, since it may not have one.
    package mutating func append(_ frame: EventFrame) {
        let seq = frame.event.seq
        guard seq > end else { return }
        if seq != end + 1 { self = RecentEvents(after: seq - 1, capacity: capacity) }
        let previous = newestOfOrder.updateValue(seq, forKey: frame.event.orderId)
        entries.append(Entry(frame: frame, previousOfOrder: previous ?? 0))
        size += frame.size
        while size > capacity, entries.count > 1, let oldest = entries.popFirst() {
            size -= oldest.frame.size
            floor += 1
            let orderId = oldest.frame.event.orderId
            if newestOfOrder[orderId] == floor { newestOfOrder[orderId] = nil }
        }
    }

    /// Forgets everything after `seq`: history beyond it no longer exists.
    package mutating func cut(after seq: Int64) {
        while end > seq, let newest = entries.popLast() {
            size -= newest.frame.size
            let before = newest.previousOfOrder
            newestOfOrder[newest.frame.event.orderId] = before > floor ? before : nil
        }
        if floor > seq { floor = seq }
    }

    /// Hands the frames after `cursor` to `body`, oldest first, until it returns false.
    package func forEach(after cursor: Int64, _ body: (EventFrame) -> Bool) {
        var index = Int(max(cursor, floor) - floor)
        while index < entries.count, body(entries[index].frame) { index += 1 }
    }

    /// An order's frames after `cursor`, oldest first, found without looking at the others.
    package func frames(of orderId: UUID, after cursor: Int64) -> [EventFrame] {
        var frames: [EventFrame] = []
        var seq = newestOfOrder[orderId] ?? 0
        while seq > max(cursor, floor) {
            let entry = entries[Int(seq - floor) - 1]
            frames.append(entry.frame)
            seq = entry.previousOfOrder
        }
        return frames.reversed()
    }

    /// The frames after `cursor`, at most so many.
    package func frames(after cursor: Int64, limit: Int = .max) -> [EventFrame] {
        let start = Int(max(cursor, floor) - floor)
        guard start < entries.count else { return [] }
        return entries[start..<min(entries.count, start.addingReportingOverflow(limit).overflow ? .max : start + limit)]
            .map(\.frame)
    }
}
