extension PostgresConnection {
    /// Runs a `COPY … TO STDOUT` and lends its rows, as they come, for as long as `body` runs. The COPY waits until
    /// nothing else is in flight on this connection, and other requests wait for its end.
    ///
    /// About a megabyte is read ahead; the server waits for a slow reader. A body that leaves before the end, or
    /// throws, costs the connection.
    /// - Parameters:
    ///   - sql: one COPY statement; its text names the format of the rows.
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

    /// Runs a `COPY … FROM STDIN` whose data `body` writes. It waits as `withCopyOut` does.
    ///
    /// If `body` throws, the server drops all data and the connection stays usable. An error of the server's own,
    /// such as a refused value, is known when the writing has ended: until then the server passes over further data.
    /// - Returns: the count of rows that the server took.
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
            // The COPY fails, as it should. The error to throw is the writer's.
            _ = try? await core.finishCopyIn(id, reason: "the client gave the COPY up", timeout: timeout)
            throw error
        }
        return try await core.finishCopyIn(id, reason: nil, timeout: timeout)
    }
}
