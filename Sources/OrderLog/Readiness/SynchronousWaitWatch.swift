import Logging
import Postgres

/// Looks whether commits of Waybill's own sessions wait for a synchronous standby that does not confirm them.
///
/// Such a session keeps the log's head locked, and its connection is given up in time, so that the trouble looks like a
/// slow disk, a lock of somebody else and a lost database by turns.
struct SynchronousWaitWatch {
    private let logger: Logger
    private var connection: KeptConnection
    /// The time after which a commit that waits is trouble, as SQL's interval.
    private static let patience = "2 seconds"

    /// - Parameter configuration: the appender's.
    init(configuration: PostgresConfiguration, logger: Logger) {
        var configuration = configuration
        // The login's own privileges: see `SessionWait`.
        configuration.roleExpression = nil
        connection = KeptConnection(
            configuration,
            name: "waybill watch",
            timeout: WriteProbe.timeout,
            logger: logger
        )
        self.logger = logger
    }

    /// Looks once. Call it again while there is trouble.
    ///
    /// - Returns: true while a commit waits.
    mutating func run() async -> Bool {
        do {
            return try await Self.isCommitWaiting(on: connection.open())
        } catch {
            logger.debug("the waits of commits are not known", metadata: ["error": "\(error)"])
            await close()
            return false
        }
    }

    /// Ends the connection, which is needed during trouble alone.
    mutating func close() async {
        await connection.close()
    }

    /// Looks by any session, with the login's own privileges: see `SessionWait`.
    static func isCommitWaiting(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        let results = try await connection.pipeline([
            PostgresQuery("begin isolation level read committed read only"), PostgresQuery("set local role none"),
            PostgresQuery(
                """
                select exists (
                    select from pg_stat_activity
                    where datname = current_database() and application_name like 'waybill%' and wait_event = 'SyncRep'
                        and clock_timestamp() - state_change > interval '\(patience)') as is_waiting
                """
            ),
            PostgresQuery("commit"),
        ])
        return try results[2].first?.get("is_waiting", as: Bool.self) ?? false
    }
}
