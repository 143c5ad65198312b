import Access
import Foundation
import Hummingbird
import LiveStreams
import Logging
import OrderLog
import Postgres
import Projections
import Telemetry

/// The service's long-lived parts, wired together.
struct Components {
    let appender: Appender
    let tail: LogTail
    let hub: StreamHub
    let maintenance: CommandMaintenance
    let projector: Projector
    let replays: ReplayRunner
    let opener: SubscriptionAuthorizer
    let router: Router<WaybillContext>

    init(
        _ settings: WaybillServerSettings,
        _ reader: LogReader,
        _ models: ReadModelReader,
        _ logger: Logger
    ) async throws {
        let key = try await reader.secret(named: "position-seal") {
            (0..<PositionSeal.keyLength).map { _ in UInt8.random(in: 0...255) }
        }
        guard let seal = PositionSeal(key: key) else { throw DamagedSecret(name: "position-seal") }
        let text = PositionEncoder { seal.seal(epoch: $0.epoch, seq: $0.seq) }
        let registry = reader.registry
        let metrics = MetricsRegistry()
        try BuildInfo.register(in: metrics)
        try LogOutput.standardError.register(in: metrics)
        let hub = StreamHub(
            text: text,
            settings: settings.streams,
            metrics: try StreamMetrics(metrics),
            logger: logger
        ) { view in
            StreamSource(reader: reader, view: view, text: text)
        }
        self.hub = hub
        try hub.register(in: metrics)
        let tail = LogTail(configuration: settings.database, registry: registry, sink: hub, logger: logger)
        self.tail = tail
        let oldIds = CommandIdFilterCache()
        try oldIds.register(in: metrics)
        try settings.certificates?.register(in: metrics)
        maintenance = CommandMaintenance(
            reader: reader,
            oldIds: oldIds,
            retentionDays: settings.commandRetentionDays,
            logger: logger
        )
        appender = Appender(
            configuration: settings.database,
            registry: registry,
            settings: settings.appender,
            logger: logger,
            oldIds: oldIds,
            witness: tail
        )
        projector = Projector(
            configuration: settings.database,
            registry: registry,
            pace: models.pace,
            logger: logger
        )
        replays = ReplayRunner(configuration: settings.database, logger: logger)
        let clock = WallClock()
        let gate = Authorizer(
            verifier: TokenVerifier(keys: settings.keys),
            limiter: RateLimiter(TokenBuckets(burst: 200, perSecond: 50)),
            clock: clock
        )
        let positions = PositionReader(seal: seal, reader: reader)
        opener = SubscriptionAuthorizer(
            gate: gate,
            reader: reader,
            tail: tail,
            hub: hub,
            positions: positions,
            text: text,
            clock: clock,
            logger: logger
        )
        router = Router(context: WaybillContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        HealthRoutes(tail: tail, hub: hub).add(to: router)
        let intake = SubmissionFactory(clock: clock)
        CommandRoutes(gate: gate, appender: appender, intake: intake).add(to: router)
        BulkRoutes(gate: gate, appender: appender, intake: intake).add(to: router)
        OrderRoutes(gate: gate, reader: reader, positions: positions, text: text).add(to: router)
        OrderListRoutes(gate: gate, models: models, positions: positions, text: text).add(to: router)
        StatsRoutes(gate: gate, models: models, positions: positions, text: text).add(to: router)
        ProjectionRoutes(gate: gate, models: models, projector: projector, replays: replays).add(to: router)
        StreamRoutes(opener: opener).add(to: router)
        MetricsRoutes(gate: gate, registry: metrics).add(to: router)
        // These two look at the routes above, so they stay last.
        DescriptionRoutes(of: router).add(to: router)
        router.add(middleware: MethodMiddleware(of: router))
    }

    func application(
        _ settings: WaybillServerSettings,
        _ logger: Logger,
        _ onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        let fallback = settings.port
        return Application(
            router: router,
            server: .loopBound(certificates: settings.certificates, opener: opener),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                // Thousands of clients return at once after a restart; a short queue makes them wait for retransmissions.
                backlog: 4096
            ),
            onServerRunning: { channel in
                await AcceptBackoff.add(to: channel, logger)
                await onRunning(channel.localAddress?.port ?? fallback)
            },
            logger: logger
        )
    }
}

/// A secret in the database that is not what this service wrote.
struct DamagedSecret: Error, CustomStringConvertible {
    let name: String

    var description: String { "the secret “\(name)” in the database is damaged" }
}
