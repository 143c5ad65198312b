import Access
import HTTPTransport
import Hummingbird
package import Logging
import OrderAPI
import OrderLog
import Postgres
import Projections
package import ServiceLifecycle

/// The assembled service: log, streams and HTTP, started in order and stopped in reverse.
package struct WaybillServer: Sendable {
    private let settings: WaybillServerSettings
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameter onRunning: called with the port once the server accepts connections.
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
        // Detached, so that the group's shutdown does not reach the pool: services read until the last of them has
        // ended.
        let poolTask = Task.detached { try await pool.run() }
        defer { poolTask.cancel() }
        // Read models use connections of their own, so that a slow order list does not keep streams from catching up.
        let modelPool = ReadModelReader.makePool(configuration: settings.database, registry: registry, logger: logger)
        let modelPoolTask = Task.detached { try await modelPool.run() }
        defer { modelPoolTask.cancel() }
        let watch =
            settings.durableOn == .standby
            ? StandbyWatch(configuration: settings.database, registry: registry, logger: logger) : nil
        try await serve(
            reader: LogReader(pool: pool, registry: registry, watch: watch),
            pool: pool,
            models: ReadModelReader(pool: modelPool, registry: registry, watch: watch),
            watch: watch,
            companions: companions
        )
    }

    private func serve(
        reader: LogReader,
        pool: PostgresPool,
        models: ReadModelReader,
        watch: StandbyWatch?,
        companions: [any Service]
    ) async throws {
        let components = try await Components(
            settings: settings,
            reader: reader,
            pool: pool,
            models: models,
            watch: watch,
            logger: logger
        )
        let certificates = settings.certificates.map { [CertificateWatch($0)] } ?? []
        // It outlives the appender, whose answers it holds.
        let durability = watch.map { [$0] } ?? []
        var configuration = ServiceGroupConfiguration(
            services: companions + certificates + durability + [
                components.appender, components.tail, components.projector, components.replays, components.maintenance,
                components.clockWatch,
                components.readiness, KeyWatch(keys: settings.keys), components.api.keyGrants,
                components.api.grantWatch,
                LoopBoundService(components.application(settings: settings, logger: logger, onRunning: onRunning)),
                components.hub,
            ],
            logger: logger
        )
        // Streams end within a shorter deadline of their own. Requests may finish; what still runs then is cancelled.
        configuration.maximumGracefulShutdownDuration = .seconds(6)
        try await ServiceGroup(configuration: configuration).run()
    }
}
