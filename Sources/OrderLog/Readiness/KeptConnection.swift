import Logging
import Postgres

/// A connection of a probe or a watch: opened when it is needed first, kept, and opened anew after it was closed.
struct KeptConnection {
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var connection: PostgresConnection?

    /// - Parameters:
    ///   - configuration: the settings of the connection, but for its name and deadlines.
    ///   - name: the application's name, as `pg_stat_activity` shows it.
    ///   - timeout: the time for connecting, and for each request without a time of its own.
    init(_ configuration: PostgresConfiguration, name: String, timeout: Duration, logger: Logger) {
        var configuration = configuration
        configuration.applicationName = name
        configuration.connectTimeout = timeout
        configuration.totalConnectTimeout = timeout
        configuration.requestTimeout = timeout
        self.configuration = configuration
        self.logger = logger
    }

    /// True where `open` gives a connection that was made before.
    var isOpen: Bool { connection?.isOpen ?? false }

    /// The connection, opened now where there is none.
    mutating func open() async throws(PostgresError) -> PostgresConnection {
        if let connection, connection.isOpen { return connection }
        let fresh = try await PostgresConnection.connect(configuration, logger: logger)
        connection = fresh
        return fresh
    }

    /// Closes the connection at once, whatever its server still does.
    mutating func close() async {
        guard let open = connection.take() else { return }
        await open.close(grace: .zero)
    }
}
