import Logging
import Postgres

/// Tries whether the database answers reads, on a connection of its own: those of the pools may be lent to reads that
/// take long, which is no trouble for others.
struct ReadProbe {
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var connection: PostgresConnection?

    /// - Parameter configuration: the appender's.
    init(configuration: PostgresConfiguration, logger: Logger) {
        var configuration = configuration
        configuration.applicationName = "waybill read probe"
        configuration.connectTimeout = WriteProbe.timeout
        configuration.requestTimeout = WriteProbe.timeout
        self.configuration = configuration
        self.logger = logger
    }

    /// Reads the log's last position.
    mutating func run() async throws {
        do {
            if connection?.isOpen != true {
                connection = try await PostgresConnection.connect(configuration, logger: logger)
            }
            try await connection?.query(LogHead.selectSeq)
        } catch {
            await connection?.close(grace: .zero)
            connection = nil
            throw error
        }
    }
}
