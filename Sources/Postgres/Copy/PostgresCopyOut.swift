/// The rows of a COPY to the client, in chunks of whole rows as the server sent them. It can be read once.
package struct PostgresCopyOut: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = PostgresError

    let core: ConnectionCore
    let id: ConnectionMachine.RequestID
    let timeout: Duration?

    package func makeAsyncIterator() -> Iterator { Iterator(copy: self) }

    package struct Iterator: AsyncIteratorProtocol {
        let copy: PostgresCopyOut

        /// - Throws: `server` with SQLSTATE when the statement failed half-way; `connectionLost`; `timeout`;
        ///   `cancelled`.
        package mutating func next() async throws(PostgresError) -> [UInt8]? {
            try await copy.core.nextCopyChunk(copy.id, timeout: copy.timeout)
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(PostgresError) -> [UInt8]? {
            try await copy.core.nextCopyChunk(copy.id, timeout: copy.timeout)
        }
    }
}
