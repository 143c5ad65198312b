extension PostgresConnection {
    /// Runs a `COPY … TO STDOUT` and lends its rows, as they come, for as long as `body` runs. It waits until nothing else
    /// is in flight on this connection, and others wait for its end.
    ///
    /// About a megabyte is read ahead; the server waits for a reader that takes its time. A body that leaves before the
    /// end, or throws, costs the connection.
    /// - Parameters:
    ///   - sql: one COPY statement; its text says which format the rows have.
    ///   - timeout: the longest wait for the next rows, after which the connection is given up.
    /// - Throws: what `body` throws; `server` when the statement is refused before the first row.
    package func withCopyOut<R>(
        _ sql: String,
        timeout: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresCopyOut) async throws -> R
    ) async throws -> R {
        let id = try await core.beginCopy(sql, .out, lease: lease, timeout: timeout)
        do {
            let value = try await body(PostgresCopyOut(core: core, id: id, timeout: timeout))
            await core.finishCopyOut(id)
            return value
        } catch {
            await core.finishCopyOut(id)
            throw error
        }
    }

    /// Runs a `COPY … FROM STDIN` whose data `body` writes. Waiting is as with `withCopyOut`.
    ///
    /// When `body` throws, the server drops all of it and the connection stays usable. An error of the server's own, such
    /// as a value that it refuses, is known when the writing has ended: until then it passes over what comes.
    /// - Returns: how many rows the server took.
    /// - Throws: what `body` throws; `server` with SQLSTATE; `connectionLost` when the connection broke, with
    ///   `outcomeUnknown`.
    @discardableResult
    package func withCopyIn(
        _ sql: String,
        timeout: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresCopyIn) async throws -> Void
    ) async throws -> Int {
        let id = try await core.beginCopy(sql, .in, lease: lease, timeout: timeout)
        do {
            try await body(PostgresCopyIn(core: core, id: id, timeout: timeout))
        } catch {
            // Its outcome is what was asked for: a failure. The one worth telling is the first.
            _ = try? await core.finishCopyIn(id, reason: "the writer gave up", timeout: timeout)
            throw error
        }
        return try await core.finishCopyIn(id, reason: nil, timeout: timeout)
    }
}

/// The rows of a COPY to the client, in chunks of whole rows as the server sent them. To be read once.
package struct PostgresCopyOut: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = PostgresError

    let core: ConnectionCore
    let id: ConnectionMachine.RequestID
    let timeout: Duration?

    package func makeAsyncIterator() -> Iterator { Iterator(copy: self) }

    package struct Iterator: AsyncIteratorProtocol {
        let copy: PostgresCopyOut

        /// - Throws: `server` with SQLSTATE when the statement failed half-way; `connectionLost`; `timeout`; `cancelled`.
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

/// Where the data of a COPY from the client goes.
package struct PostgresCopyIn: Sendable {
    let core: ConnectionCore
    let id: ConnectionMachine.RequestID
    let timeout: Duration?

    /// Sends bytes in the format that the statement names; rows may be cut anywhere. Returns when the kernel has taken them.
    package func write(_ bytes: [UInt8]) async throws(PostgresError) {
        try await core.putCopyData(id, bytes, timeout: timeout)
    }
}
