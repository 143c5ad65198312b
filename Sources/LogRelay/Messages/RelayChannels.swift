package import OrderLog

/// The names of a log's channels. They are made of the log's first epoch, so that several logs may share a Redis.
package struct RelayChannels: Sendable, Hashable {
    /// The relay publishes batches, heartbeats and answers here.
    package let events: String
    /// Edges publish questions here.
    package let questions: String

    /// - Returns: nil for a log without epochs.
    package init?(_ history: EpochTable) {
        guard let first = history.epochs.first?.name else { return nil }
        // In a cluster the text in braces chooses the node: both are on the same one.
        events = "waybill:{\(first)}:events"
        questions = "waybill:{\(first)}:questions"
    }
}
