package import OrderLog

/// A message between the relay and edges.
package struct RelayMessage: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        /// Events that follow each other without a hole.
        case batch([LoggedEvent])
        /// Sent each second, so that a lost last batch is noticed.
        case heartbeat
        /// An edge asks for the head as it is now.
        case question(nonce: UInt64)
        /// The head, as the database told it after the question came.
        case answer(nonce: UInt64)
    }

    /// The history that the sender knows.
    package let history: HistoryProof
    /// The last event that the sender knows of; of a batch, its own last event at least.
    package let head: Int64
    /// The sender's clock, in microseconds since 1970.
    package let sentAt: Int64
    package let content: Content

    package init(history: HistoryProof, head: Int64, sentAt: Int64, content: Content) {
        self.history = history
        self.head = head
        self.sentAt = sentAt
        self.content = content
    }
}

/// The reason why bytes are no message, or none for this process.
package enum RelayMessageError: Error, Hashable {
    /// The seal is not that of this log's processes.
    case forged
    /// A later version of Waybill wrote the message.
    case unknownVersion(UInt8)
    case malformed
}
