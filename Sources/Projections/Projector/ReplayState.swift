package import Orders

/// The state of a replay as operators see it, whichever process runs it.
package struct ReplayState: Sendable {
    /// False when the replay's process ended early: the next replay continues there.
    package let isRunning: Bool
    package let startedAt: Timestamp
    /// The number of the last event that is folded, also where its rows are not written yet.
    package let seq: Int64
    package let eventsPerSecond: Double
    /// The completed share of the log as it is now, 0 … 1.
    package let share: Double
    /// The estimated time to the end; nil while there is no estimate.
    package let secondsLeft: Double?
}
