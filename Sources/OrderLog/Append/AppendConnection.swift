import Logging
import Postgres

/// The appender's connection, and the one beside it that loads the rows of the next batch.
struct AppendConnection {
    private let configuration: PostgresConfiguration
    /// The thread of both connections, and of the tasks that use them.
    let executor: PostgresTaskExecutor
    private let registry: EpochRegistry
    private let logger: Logger
    private var connection: PostgresConnection?
    private var idleCheck = IdleConnectionCheck()
    /// The connection's session, as its server shows it; nil where it does not.
    private(set) var session: ServerSession?
    /// Loads the rows of the next batch while one is being committed.
    let prefetch: PrefetchSession

    init(
        _ configuration: PostgresConfiguration,
        on executor: PostgresTaskExecutor,
        registry: EpochRegistry,
        logger: Logger
    ) {
        self.configuration = configuration
        self.executor = executor
        self.registry = registry
        self.logger = logger
        prefetch = PrefetchSession(configuration: configuration, executor: executor.connections, logger: logger)
    }

    /// The connection; nil where there is none, or where it gives no answer.
    mutating func kept() async -> PostgresConnection? {
        guard let connection, connection.isOpen, await idleCheck.isAlive(connection, logger) else { return nil }
        return connection
    }

    /// Opens a connection to a server that is no former one. Call it while none is open.
    mutating func open() async throws -> PostgresConnection {
        let fresh = try await PostgresConnection.connect(configuration, on: executor.connections, logger: logger)
        do {
            try await EpochStore.ensure(on: fresh, registry: registry, logger: logger)
            session = try await ServerSession.current(of: fresh)
        } catch {
            await fresh.close()
            throw error
        }
        connection = fresh
        idleCheck = IdleConnectionCheck()
        prefetch.open()
        return fresh
    }

    mutating func close() async {
        await connection?.close()
        connection = nil
        // A prefetch may still be running there; nobody needs its rows.
        await prefetch.close()
    }
}
