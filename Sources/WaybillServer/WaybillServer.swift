import Access
import HTTPTransport
import Hummingbird
import LogRelay
package import Logging
import OTLPExport
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
        var settings = settings
        if settings.isEdge { settings.database.serverSettings["default_transaction_read_only"] = "on" }
        let registry = EpochRegistry(followsOnly: settings.isEdge)
        try await registry.learnTimelines(of: settings.database, logger: logger)
        let pool = LogReader.makePool(configuration: settings.database, registry: registry, logger: logger)
        // Detached, so that the group's shutdown does not reach the pool: services read until the last of them has
        // ended.
        let poolTask = Task.detached { try await pool.run() }
        defer { poolTask.cancel() }
        // Read models use connections of their own, so that a slow order list does not keep streams from catching up.
        let modelPool = ReadModelReader.makePool(configuration: settings.database, registry: registry, logger: logger)
        let modelPoolTask = Task.detached { try await modelPool.run() }
        defer { modelPoolTask.cancel() }
        if settings.isEdge {
            let models = ReadModelReader(pool: modelPool, registry: registry)
            return try await serveEdge(settings, pool: pool, models: models, companions: companions)
        }
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
        let relay: [any Service] = components.relay.map { [$0] } ?? []
        // It outlives the appender, whose answers it holds.
        let durability: [any Service] = watch.map { [$0] } ?? []
        try await run(
            companions + durability + relay + [
                components.appender, components.tail, components.projector, components.replays, components.maintenance,
                components.clockWatch,
                components.readiness,
            ],
            front: components.front
        ) { [tail = components.tail] in tail.isCurrent }
    }

    private func serveEdge(
        _ settings: WaybillServerSettings,
        pool: PostgresPool,
        models: ReadModelReader,
        companions: [any Service]
    ) async throws {
        let components = try await EdgeComponents(settings: settings, pool: pool, models: models, logger: logger)
        try await run(companions + [components.tail, components.readiness], front: components.front) {
            [tail = components.tail] in tail.isHealthy
        }
    }

    /// Runs the parts below the streams, then those that clients see.
    ///
    /// - Parameter isSupplied: tells whether this process can supply streams with new events.
    private func run(
        _ parts: [any Service],
        front: ServiceFront,
        isSupplied: @escaping @Sendable () -> Bool
    ) async throws {
        var watch: [any Service] = settings.certificates.map { [CertificateWatch($0)] } ?? []
        if let isAnyReady = settings.isAnyReady {
            watch.append(
                StrandedStreams(
                    hub: front.hub,
                    publicURL: front.publicURL,
                    logger: logger,
                    isAnyReady: isAnyReady,
                    isSupplied: isSupplied
                )
            )
        }
        // It outlives the requests whose spans it sends.
        let traces: [any Service] = settings.traces.map { [$0] } ?? []
        var configuration = ServiceGroupConfiguration(
            services: watch + traces + parts + [
                KeyWatch(keys: settings.keys), front.api.keyGrants, front.api.grantWatch,
                LoopBoundService(front.application(settings: settings, logger: logger, onRunning: onRunning)),
                front.hub,
            ],
            logger: logger
        )
        // Streams end within a shorter deadline of their own. Requests may finish; what still runs then is cancelled.
        configuration.maximumGracefulShutdownDuration = .seconds(6)
        try await ServiceGroup(configuration: configuration).run()
    }
}
