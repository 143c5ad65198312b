package import Logging
import Synchronization

/// One session with the server. Any number of tasks may use it at once: requests go out one behind the other without
/// waiting (libpq's pipeline mode), each ended by a Sync of its own, and answers come back in order.
///
/// All values travel in binary, and each text is parsed by the server once per connection. A request whose task is
/// cancelled after it was sent runs to its end and its answer is dropped. A request that passes its `timeout` takes the
/// connection with it; `statement_timeout` (SQLSTATE 57014) leaves it usable. A connection without holders closes
/// itself.
package final class PostgresConnection: Sendable {
    let core: ConnectionCore
    let lease: ConnectionMachine.RequestID?
    /// The place of the session's server among the hosts that the session was sought at.
    let origin: HostMemory.Origin
    private let owner: Owner

    /// The server process behind this session, as in `pg_stat_activity.pid`.
    package let backendProcessID: Int32

    /// Closes the session when the last handle to it is gone.
    private final class Owner: Sendable {
        let core: ConnectionCore

        init(_ core: ConnectionCore) {
            self.core = core
        }

        deinit {
            Task { [core] in await core.abort("the last holder has released the connection") }
        }
    }

    init(core: ConnectionCore, backendProcessID: Int32, origin: HostMemory.Origin) {
        self.core = core
        self.backendProcessID = backendProcessID
        self.origin = origin
        lease = nil
        owner = Owner(core)
    }

    /// A second handle to a session, for the holder of a lease.
    init(_ other: PostgresConnection, lease: ConnectionMachine.RequestID) {
        core = other.core
        backendProcessID = other.backendProcessID
        origin = other.origin
        owner = other.owner
        self.lease = lease
    }

    /// Lends a session of its own to `body`, and closes it afterwards.
    ///
    /// - Throws: as `connect`; what `body` throws.
    @discardableResult
    package static func with<R>(
        _ configuration: PostgresConfiguration,
        on executor: PostgresExecutor = .shared,
        logger: Logger,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await connect(configuration, on: executor, logger: logger)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// False from the moment at which the loss of the connection is noticed.
    package var isOpen: Bool { core.openFlag.load(ordering: .acquiring) }

    /// Reads or changes the value that the session's user keeps with it; nil at first. All handles share it.
    package func withAttachment<R: Sendable>(_ body: (inout sending (any Sendable)?) -> sending R) -> R {
        core.attachment.withLock(body)
    }

    /// Refuses further requests, lets those in flight end (for at most `grace`), and ends the session.
    package func close(grace: Duration = .seconds(5)) async {
        await core.close(grace: grace)
    }

    /// Runs one statement in a transaction of its own, or in the one that is open.
    /// - Parameter timeout: after it the request fails with `timeout` and the connection is closed.
    /// - Throws: `server` with SQLSTATE and the SQL; `connectionLost`, `timeout` and `cancelled`, with `outcomeUnknown`
    ///   when it had been sent; `closed`; `usage`.
    @discardableResult
    package func query(
        _ sql: String,
        _ bindings: [any PostgresEncodable] = [],
        timeout: Duration? = nil
    ) async throws(PostgresError) -> PostgresResult {
        let results = try await pipeline([PostgresQuery(sql, bindings)], timeout: timeout)
        guard let result = results.first else { throw PostgresError(.connectionLost, "no result", sql: sql) }
        return result
    }

    /// Runs statements in one round trip with one Sync: unless a transaction is open they are one transaction. The
    /// first error skips the rest and is thrown; its `statementIndex` names the statement.
    /// - Returns: one result for each query, in order.
    /// - Throws: as `query`.
    @discardableResult
    package func pipeline(
        _ queries: [PostgresQuery],
        timeout: Duration? = nil
    ) async throws(PostgresError) -> [PostgresResult] {
        guard !queries.isEmpty else { return [] }
        let unit = try EncodedUnit(queries)
        return try await core.run(.unit(unit), lease: lease, timeout: timeout).get()
    }

    /// Runs SQL text with any number of statements and no parameters, such as a migration; results are dropped. Without
    /// BEGIN in it, the statements are one transaction. The script waits until nothing else is in flight.
    /// - Throws: as `query`. COPY to or from the client costs the connection; see `withCopyOut`.
    package func executeScript(_ sql: String, timeout: Duration? = nil) async throws(PostgresError) {
        _ = try await core.run(.script(sql), lease: lease, timeout: timeout).get()
    }

    /// Runs the handler, on the I/O thread, when the session has ended.
    package func onClose(_ handler: @escaping @Sendable () -> Void) async {
        await core.onClose(handler)
    }
}
