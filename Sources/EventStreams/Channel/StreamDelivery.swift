/// The outcome of sending bytes of a stream's preamble.
enum StreamDelivery: Sendable {
    /// The system has all bytes.
    case sent
    /// The write is pending: NIO flushes it when the socket drains, so the stream stays on its channel.
    case pending
    /// The client has left.
    case gone
}
