import Access
import EventStreams
import Foundation
import HTTPTransport
import Hummingbird
import LogRelay
import Logging
import OTLPExport
import OrderAPI
import OrderLog
import Pages
import Postgres
import Projections
import Telemetry

/// The service's long-lived parts, wired together.
struct Components {
    let appender: Appender
    let tail: LogTail
    let hub: StreamHub
    let maintenance: CommandMaintenance
    let clockWatch: LogClockWatch
    let readiness: ReadinessMonitor
    let leader: LeaderElection
    let projector: Projector
    let replays: ReplayRunner
    let api: APIRouter
    /// Publishes events to Redis; nil without one.
    let relay: EventRelay?
    let front: ServiceFront

    /// - Parameters:
    ///   - pool: the connections of `reader`.
    ///   - models: reads the read models, by connections of its own.
    ///   - watch: knows what may be told; nil where everything may be.
    init(
        settings: WaybillServerSettings,
        reader: LogReader,
        pool: PostgresPool,
        models: ReadModelReader,
        watch: StandbyWatch? = nil,
        logger: Logger
    ) async throws {
        let pages = try PageSource.forThisProcess()
        let (descriptors, connections) = (DescriptorBudget.current, ConnectionMetrics())
        let key = try await SecretStore(pool: pool).secret(named: "position-seal") {
            (0..<PositionSeal.keyLength).map { _ in UInt8.random(in: 0...255) }
        }
        guard let seal = PositionSeal(key: key) else { throw DamagedSecret(name: "position-seal") }
        let positionEncoder = PositionEncoder { seal.seal(epoch: $0.epoch, seq: $0.seq) }
        let registry = reader.registry
        let metrics = MetricsRegistry()
        try BuildInfo.register(in: metrics)
        try ProcessMetrics.register(in: metrics)
        try LibraryMetrics(metrics).install()
        try LogOutput.standardError.register(in: metrics)
        try connections.register(in: metrics, budget: descriptors)
        let logMetrics = try LogMetrics(metrics)
        let hub = StreamHub(
            positionEncoder: positionEncoder,
            settings: settings.streams,
            metrics: try StreamMetrics(metrics),
            logger: logger
        ) { view in
            StreamSource(reader: reader, view: view, positionEncoder: positionEncoder)
        }
        self.hub = hub
        try hub.register(in: metrics)
        try watch?.register(in: metrics)
        let leader = LeaderElection(resume: settings.resume, logger: logger)
        self.leader = leader
        try leader.register(in: metrics)
        let relay = try RelayAssembly(
            settings: settings,
            reader: reader,
            secret: key,
            metrics: metrics,
            logger: logger
        ) { leader.isLeader }
        self.relay = relay?.relay
        let projector = Projector(
            configuration: settings.database,
            registry: registry,
            pace: models.pace,
            election: leader,
            isWokenByTail: true,
            watch: watch,
            metrics: try ProjectorMetrics(metrics),
            logger: logger
        )
        self.projector = projector
        try projector.register(in: metrics)
        let sink = LogTailSinks([hub, projector] + (relay.map { [$0.queue] } ?? []))
        let tail = LogTail(
            configuration: settings.database,
            registry: registry,
            // Edges may be told the same events as streams.
            sink: watch.map { DurableTailSink(sink, watch: $0, capacity: settings.streams.recentEventsBytes) } ?? sink,
            recentBytes: settings.streams.recentEventsBytes,
            logger: logger
        )
        self.tail = tail
        try tail.register(in: metrics)
        let commandIdFilter = CommandIdFilterCache()
        try commandIdFilter.register(in: metrics)
        try settings.certificates?.register(in: metrics)
        try settings.traces?.register(in: metrics)
        let clockAlarms = LogClockAlarms(logger: logger)
        try clockAlarms.register(in: metrics)
        clockWatch = LogClockWatch(pool: pool, alarms: clockAlarms)
        maintenance = CommandMaintenance(
            leader: leader,
            retention: CommandRetention(pool: pool, days: settings.commandRetentionDays),
            filterLoader: CommandIdFilterLoader(pool: pool, registry: registry),
            filter: commandIdFilter,
            grants: GrantRetention(pool: pool),
            logger: logger
        )
        appender = Appender(
            configuration: settings.database,
            registry: registry,
            settings: settings.appender,
            logger: logger,
            commandIdFilter: commandIdFilter,
            metrics: logMetrics,
            resume: settings.resume,
            watch: watch,
            observer: tail
        )
        readiness = ReadinessMonitor(
            pools: [pool, models.pool],
            appender: appender,
            tail: tail,
            watch: watch,
            metrics: logMetrics,
            resume: settings.resume,
            logger: logger
        )
        try LogGauges(
            readiness: readiness,
            keys: settings.keys,
            hub: hub,
            backlog: { [appender] in appender.backlogs },
            log: pool,
            models: models.pool,
            registry: registry
        ).register(in: metrics)
        replays = ReplayRunner(configuration: settings.database, logger: logger)
        let publicURL = PublicURL(port: settings.port, settings.publicURL)
        let site = SiteRoutes(
            source: pages,
            reader: reader,
            positionEncoder: positionEncoder,
            publicURL: publicURL,
            keys: settings.keys
        )
        api = try APIRouter(
            APIRouter.Services(
                appender: appender,
                reader: reader,
                tail: tail,
                readiness: readiness,
                hub: hub,
                models: models,
                replays: replays,
                metrics: metrics,
                failures: LogOutput.standardError.recentFailures,
                keys: settings.keys,
                proxies: settings.proxies,
                crossOrigins: settings.crossOrigins.map(CrossOriginPolicy.api),
                servesTLS: settings.certificates != nil,
                seal: seal,
                positionEncoder: positionEncoder,
                links: TrackingLinkStore(pool: pool, watch: watch),
                sessions: SessionStore(pool: pool),
                publicURL: publicURL,
                spans: settings.traces.map { RequestSpans($0.tracer) },
                bulkPatience: settings.bulkPatience
            ),
            logger: logger,
            addRoutes: site.add
        )
        front = ServiceFront(
            api: api,
            hub: hub,
            publicURL: publicURL,
            descriptors: descriptors,
            connections: connections
        )
    }
}
