/// The progress of a replay.
package struct ReplayProgress: Sendable, Hashable {
    package enum Phase: String, Sendable {
        /// Folding the log in bulk, into a version beside the served one.
        case building
        /// Following the log in small steps, near its head.
        case catchingUp
        /// The version is served.
        case done
    }

    package let name: String
    package let version: Int
    package var phase: Phase
    /// The number of the event after which the replay began: 0, or the checkpoint of an interrupted replay.
    package let startedFrom: Int64
    /// The number of the last event that is folded.
    package var seq: Int64
    /// The number of the log's last event, as last read.
    package var head: Int64
    package var eventsPerSecond: Double
    /// The time for which the takeover held the head lock, in milliseconds; nil before it.
    package var heldMilliseconds: Double?

    /// The folded share of the log, 0 … 1.
    package var share: Double { head == 0 ? 1 : min(1, Double(seq) / Double(head)) }

    /// The estimated time to the end, in seconds; nil while there is no estimate.
    package var secondsLeft: Double? {
        eventsPerSecond > 0 ? Double(max(0, head - seq)) / eventsPerSecond : nil
    }
}
