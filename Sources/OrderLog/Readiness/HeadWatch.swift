import Logging
import Postgres

/// Looks for a frozen server process that keeps the head locked while commands wait, and ends it.
///
/// PostgreSQL cannot take a lock from a process that does not run. A signal reaches such a process when it runs again:
/// until then an operator has to be told.
struct HeadWatch {
    private let configuration: PostgresConfiguration
    private let resume: FrozenProcessResumer?
    private let logger: Logger
    private var connection: KeptConnection
    /// The processes that were told to end, and the times of that.
    private var ended: [Int32: ContinuousClock.Instant] = [:]
    /// The times at which operators were told of processes that do not end.
    private var reported: [Int32: ContinuousClock.Instant] = [:]

    /// The time after which a process is told to end again, and its operator too.
    private static let patience: Duration = .seconds(60)

    /// - Parameter resume: lets a stopped server process run, where the server is the service's own.
    init(configuration: PostgresConfiguration, resume: FrozenProcessResumer?, logger: Logger) {
        var configuration = configuration
        // The login's own privileges: see `HeadHolder`.
        configuration.roleExpression = nil
        configuration.serverSettings.merge(["statement_timeout": "2000"]) { $1 }
        connection = KeptConnection(
            configuration,
            name: "waybill watch",
            timeout: WriteProbe.timeout,
            logger: logger
        )
        self.configuration = configuration
        self.resume = resume
        self.logger = logger
    }

    /// Looks once. Call it again while commands wait.
    ///
    /// - Returns: true while a process that was told to end goes on keeping the head.
    mutating func run() async -> Bool {
        do {
            let connection = try await connection.open()
            let holders = try await HeadHolder.all(on: connection)
            let past = ContinuousClock.now - Self.patience
            ended = ended.filter { $0.value > past }
            reported = reported.filter { $0.value > past }
            for holder in holders { try await treat(holder, on: connection) }
            return holders.contains { reported[$0.pid] != nil }
        } catch {
            logger.debug("the holder of the log's head is not known", metadata: ["error": "\(error)"])
            await close()
            return false
        }
    }

    /// Ends the connection, which is needed while commands wait alone.
    mutating func close() async {
        await connection.close()
    }

    private mutating func treat(_ holder: HeadHolder, on connection: PostgresConnection) async throws(PostgresError) {
        if let resume, await resume.isStopped(holder.pid) {
            logger.warning(
                "a stopped server process keeps the log's head locked; letting it run, and ending it",
                metadata: ["pid": "\(holder.pid)"]
            )
            try await end(holder, on: connection)
            await resume.resume(holder.pid)
            return
        }
        guard holder.isOverdue else { return }
        guard let end = ended[holder.pid] else {
            logger.warning(
                "a server process keeps the log's head locked and does nothing; ending it",
                metadata: ["pid": "\(holder.pid)"]
            )
            return try await end(holder, on: connection)
        }
        guard .now - end > .seconds(1), reported[holder.pid] == nil else { return }
        reported[holder.pid] = .now
        logger.error(
            """
            a frozen server process keeps the log's head locked, and commands wait until it has ended; it was told to end, \
            and does so as soon as it runs: on the database's machine, `kill -CONT \(holder.pid)`; where that is not \
            possible, restart the database's server
            """,
            metadata: ["pid": "\(holder.pid)", "database": "\(configuration)"]
        )
    }

    private mutating func end(_ holder: HeadHolder, on connection: PostgresConnection) async throws(PostgresError) {
        ended[holder.pid] = .now
        try await holder.end(on: connection)
    }
}
