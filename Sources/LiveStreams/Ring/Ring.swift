import DequeModule
import OrderLog

/// The newest part of the log in memory, each frame encoded once: bounded in bytes, without holes.
///
/// A value; `StreamHub` keeps the one instance behind its lock.
package struct Ring: Sendable {
    /// Everything up to here has left the ring, or was never in it: a cursor before it must read the log.
    package private(set) var floor: Int64
    private var frames: Deque<EventFrame> = []
    private var size = 0
    private let capacity: Int

    /// - Parameter capacity: most bytes kept; the newest frame stays whatever its size.
    package init(after seq: Int64, capacity: Int) {
        floor = seq
        self.capacity = capacity
    }

    /// The last event in the ring, or where it begins when empty.
    package var end: Int64 { floor + Int64(frames.count) }
    package var byteCount: Int { size }

    /// Adds the next event. Events that the ring has already are passed over; a hole empties it, since it may not have one.
    package mutating func append(_ frame: EventFrame) {
        let seq = frame.event.seq
        guard seq > end else { return }
        if seq != end + 1 {
            frames.removeAll()
            size = 0
            floor = seq - 1
        }
        frames.append(frame)
        size += frame.size
        while size > capacity, frames.count > 1, let oldest = frames.popFirst() {
            size -= oldest.size
            floor += 1
        }
    }

    /// Forgets everything after `seq`: history beyond it no longer exists.
    package mutating func cut(after seq: Int64) {
        while end > seq, let newest = frames.popLast() { size -= newest.size }
        if floor > seq { floor = seq }
    }

    /// Hands the frames after `cursor` to `body`, oldest first, until it returns false.
    package func forEach(after cursor: Int64, _ body: (EventFrame) -> Bool) {
        var index = Int(max(cursor, floor) - floor)
        while index < frames.count, body(frames[index]) { index += 1 }
    }
}
