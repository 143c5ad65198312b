/// The events of a stream, across as many connections as it takes: every event once and in order, or a `reset` that says
/// that it cannot be so.
///
/// A connection that breaks, ends, or is silent for too long is followed by another, which goes on behind the last event
/// that was received. The sequence has no end: it is left by `break` or by cancelling the task, which close the connection
/// at once, and it throws a ``WaybillClientError`` where coming back would be of no use. Nothing is read ahead of the
/// consumer but what the network buffers, so that a slow one slows its own stream down and nothing else.
public struct EventStream: AsyncSequence, Sendable {
    let client: WaybillClient
    let request: StreamRequest
    let observer: @Sendable (ConnectionChange) -> Void

    /// Begins the stream: every iterator is one of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(session: StreamSession(client: client, request: request, observer: observer))
    }

    /// Reads a stream.
    public struct Iterator: AsyncIteratorProtocol {
        /// Nil once it has thrown.
        private var session: StreamSession?

        init(session: StreamSession) {
            self.session = session
        }

        /// The position with which a client that stops now goes on; nil before the stream has named one. It moves with the
        /// events, and also while a filtered stream shows none. Opaque.
        public var position: String? { session?.position }

        /// The next event; nil only after an error was thrown.
        ///
        /// - Throws: `WaybillClientError`, `CancellationError`, and what the provider of tokens throws.
        public mutating func next() async throws -> StreamEvent? {
            do {
                return try await session?.next()
            } catch {
                session = nil
                throw error
            }
        }
    }
}
