import Logging
import Postgres

/// Tries whether the database takes commands while none come: locks the head as a batch does, and commits.
///
/// The lock alone gives the transaction an id, so that its commit is written to disk. No row changes.
struct WriteProbe {
    /// The time for connecting, and for the probe itself.
    static let timeout: Duration = .seconds(2)

    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var connection: PostgresConnection?
    /// The place of the head's row at the last probe.
    private var headPlace: HeadPlace?

    init(configuration: PostgresConfiguration, logger: Logger) {
        var configuration = configuration
        configuration.applicationName = "waybill probe"
        configuration.serverSettings.merge(LogConnection.appenderSettings) { $1 }
        configuration.serverSettings["lock_timeout"] = "1500"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.connectTimeout = Self.timeout
        configuration.requestTimeout = Self.timeout
        self.configuration = configuration
        self.logger = logger
    }

    /// - Parameter needsRoom: true to try also whether the disk has room for new pages of a table.
    /// - Returns: nil when commands would be taken.
    mutating func run(needsRoom: Bool) async -> Unreadiness? {
        do {
            let connection = try await open()
            // The tables, too: a lock that keeps readers out keeps the appender out.
            let results = try await connection.pipeline([
                LogHead.lock(near: headPlace), PostgresQuery("select from events limit 0"),
                PostgresQuery("select from commands limit 0"), PostgresQuery("select from order_states limit 0"),
            ])
            headPlace = try HeadPlace(results[0])
            if headPlace == nil { headPlace = try await HeadPlace(connection.query(LogHead.selectForUpdate)) }
            if needsRoom { try await tryRoom(on: connection) }
            return nil
        } catch {
            // A new session sees settings that have changed.
            await connection?.close(grace: .zero)
            connection = nil
            return Unreadiness(writeFailure: error)
        }
    }

    private mutating func open() async throws -> PostgresConnection {
        if let connection, connection.isOpen { return connection }
        let fresh = try await PostgresConnection.connect(configuration, logger: logger)
        connection = fresh
        return fresh
    }

    /// Fills a megabyte of a temporary table, which is dropped at once.
    private func tryRoom(on connection: PostgresConnection) async throws(PostgresError) {
        do throws(PostgresError) {
            try await connection.query(
                """
                create temporary table waybill_room on commit drop as
                select repeat('x', 100) as filler from generate_series(1, 8000)
                """
            )
        } catch let error where error.sqlState == "42501" {
            // The writer may not make temporary tables here: the next command tells.
        }
    }
}
