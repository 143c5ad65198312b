/// The events of a stream, across as many connections as needed.
///
/// Every event arrives once and in order, or a ``StreamEvent/reset(reason:_:)`` says that it could not be so. A
/// connection that breaks, ends, or is silent for too long is followed by another, which resumes after the last event
/// received.
///
/// The sequence has no end. Leaving the loop or cancelling the task closes the connection at once. Iterating throws a
/// ``WaybillClientError`` where reconnecting would not help.
///
/// Nothing is read ahead of the consumer but what the network buffers: a slow consumer slows down its own stream and no
/// other.
public struct EventStream: AsyncSequence, Sendable {
    let client: WaybillClient
    let request: StreamRequest
    let observer: @Sendable (ConnectionChange) -> Void

    /// Creates an iterator, which opens a stream of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(session: StreamSession(client: client, request: request, observer: observer))
    }

    /// An iterator over the events of a stream.
    public struct Iterator: AsyncIteratorProtocol {
        /// Nil after an error.
        private var session: StreamSession?

        init(session: StreamSession) {
            self.session = session
        }

        /// The position from which a client that stops now can resume later; nil before the stream has named one.
        /// Opaque.
        ///
        /// The position moves with the events, and also while a filtered stream shows none.
        public var position: String? { session?.position }

        /// Returns the next event; nil only after an error.
        ///
        /// - Throws: ``WaybillClientError`` where the stream has ended for good, `CancellationError`, and the error of
        ///   the token provider.
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
