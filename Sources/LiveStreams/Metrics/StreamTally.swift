import OrderLog
package import Orders

/// What a reader has handed out since it was last asked: for the metrics.
package struct StreamTally: Sendable, Equatable {
    /// Events handed out.
    package private(set) var frames = 0
    /// When the oldest of them was recorded.
    package private(set) var oldest: Timestamp?

    mutating func add(_ frame: EventFrame) {
        frames += 1
        if oldest == nil { oldest = frame.event.recordedAt }
    }
}
