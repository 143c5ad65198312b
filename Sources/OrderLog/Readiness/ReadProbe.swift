import Logging
import Postgres

/// Tries whether the database answers reads, on a connection of its own: those of the pools may be lent to reads that
/// take long, which is no trouble for others.
struct ReadProbe {
    private var connection: KeptConnection

    /// - Parameter configuration: the appender's.
    init(configuration: PostgresConfiguration, logger: Logger) {
        connection = KeptConnection(
            configuration,
            name: "waybill read probe",
            timeout: WriteProbe.timeout,
            logger: logger
        )
    }

    /// Reads the log's last position.
    mutating func run() async throws {
        do {
            try await connection.open().query(LogHead.selectSeq)
        } catch {
            await connection.close()
            throw error
        }
    }
}
