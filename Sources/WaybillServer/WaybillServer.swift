import Access
import HTTPTransport
import Hummingbird
package import Logging
import NIOCore
import NIOPosix
import OrderLog
import Postgres
import Projections
package import ServiceLifecycle

/// The assembled service: log, streams and HTTP, started in order and stopped in reverse.
package struct WaybillServer: Sendable {
    private let settings: WaybillServerSettings
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameter onRunning: called with the port once requests are taken.
    package init(
        settings: WaybillServerSettings,
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.settings = settings
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Runs until the surrounding service group shuts down gracefully, or a part fails.
    ///
    /// - Parameter companions: services that start before and stop after everything else here.
    package func run(companions: [any Service] = []) async throws {
        let registry = EpochRegistry()
        let pool = LogReader.makePool(configuration: settings.database, registry: registry, logger: logger)
        // Detached, so that it does not hear of the group's shutdown: the services read until the last of them has ended.
        let housekeeping = Task.detached { try await pool.run() }
        defer { housekeeping.cancel() }
        // Read models have connections of their own: a slow list must not keep streams from catching up.
        let models = ReadModelReader.makePool(configuration: settings.database, registry: registry, logger: logger)
        let modelHousekeeping = Task.detached { try await models.run() }
        defer { modelHousekeeping.cancel() }
        try await serve(
            LogReader(pool: pool, registry: registry),
            pool: pool,
            ReadModelReader(pool: models, registry: registry),
            companions
        )
    }

    private func serve(
        _ reader: LogReader,
        pool: PostgresPool,
        _ models: ReadModelReader,
        _ companions: [any Service]
    ) async throws {
        let components = try await Components(settings, reader, pool: pool, models, logger)
        let watch = settings.certificates.map { [CertificateWatch($0)] } ?? []
        var configuration = ServiceGroupConfiguration(
            services: companions + watch + [
                components.appender, components.tail, components.projector, components.replays, components.maintenance,
                LoopBoundService(components.application(settings, logger, onRunning)), components.hub,
            ],
            logger: logger
        )
        // Streams end within their own deadline; requests may finish, and whatever hangs then is cut.
        configuration.maximumGracefulShutdownDuration = .seconds(6)
        try await ServiceGroup(configuration: configuration).run()
    }
}
