import Access
import EventStreams
import Foundation
import HTTPTransport
import LogRelay
import Logging
import OTLPExport
import OrderAPI
import OrderLog
import Pages
import Postgres
import Projections
import ServiceLifecycle
import Telemetry

/// The long-lived parts of an edge, wired together: no appender, no projector, no maintenance.
struct EdgeComponents {
    let tail: EdgeTail
    let readiness: FollowerReadiness
    let front: ServiceFront

    /// - Parameters:
    ///   - pool: connections to the database, whose registry follows only.
    ///   - models: reads the read models, by connections of its own.
    init(
        settings: WaybillServerSettings,
        pool: PostgresPool,
        models: ReadModelReader,
        logger: Logger
    ) async throws {
        let pages = try PageSource.forThisProcess()
        let key = try await Self.sealKey(SecretStore(pool: pool), logger)
        guard let seal = PositionSeal(key: key) else { throw DamagedSecret(name: "position-seal") }
        let positionEncoder = PositionEncoder { seal.seal(epoch: $0.epoch, seq: $0.seq) }
        let (descriptors, connections) = (DescriptorBudget.current, ConnectionMetrics())
        let (registry, metrics) = (models.registry, MetricsRegistry())
        try BuildInfo.register(in: metrics)
        try ProcessMetrics.register(in: metrics)
        try LibraryMetrics(metrics).install()
        try LogOutput.standardError.register(in: metrics)
        try connections.register(in: metrics, budget: descriptors)
        try settings.certificates?.register(in: metrics)
        try settings.traces?.register(in: metrics)
        let (edgeMetrics, codec) = (try EdgeMetrics(metrics), RelayCodec(secret: key))
        let outlook = EdgeOutlook(registry: registry, codec: codec, redis: settings.redis, metrics: edgeMetrics)
        let reader = LogReader(pool: pool, registry: registry, outlook: outlook)
        let hub = StreamHub(
            positionEncoder: positionEncoder,
            settings: settings.streams,
            metrics: try StreamMetrics(metrics),
            logger: logger
        ) { view in
            EdgeStreamSource(
                source: StreamSource(reader: reader, view: view, positionEncoder: positionEncoder),
                outlook: outlook
            )
        }
        try hub.register(in: metrics)
        let tail = EdgeTail(
            configuration: settings.database,
            registry: registry,
            sink: hub,
            redis: settings.redis,
            codec: codec,
            outlook: outlook,
            recentBytes: settings.streams.recentEventsBytes,
            metrics: edgeMetrics,
            logger: logger
        )
        self.tail = tail
        try EdgeMetrics.register(
            in: metrics,
            lag: { tail.lag },
            replicaLag: { tail.replicaLag },
            pendingBytes: { tail.pendingBytes }
        )
        let readiness = FollowerReadiness(
            pools: [pool, models.pool],
            configuration: settings.database,
            logger: logger
        ) { tail.unreadiness }
        self.readiness = readiness
        try LogGauges(
            readiness: readiness,
            keys: settings.keys,
            hub: hub,
            backlog: { (0, 0) },
            log: pool,
            models: models.pool,
            registry: registry
        ).register(in: metrics)
        let publicURL = PublicURL(port: settings.port, settings.publicURL)
        let site = SiteRoutes(
            source: pages,
            reader: reader,
            positionEncoder: positionEncoder,
            publicURL: publicURL,
            keys: settings.keys
        )
        let api = try APIRouter(
            APIRouter.Services(
                appender: nil,
                reader: reader,
                tail: tail,
                readiness: readiness,
                hub: hub,
                models: models,
                replays: nil,
                metrics: metrics,
                failures: LogOutput.standardError.recentFailures,
                keys: settings.keys,
                proxies: settings.proxies,
                crossOrigins: settings.crossOrigins.map(CrossOriginPolicy.api),
                servesTLS: settings.certificates != nil,
                seal: seal,
                positionEncoder: positionEncoder,
                links: TrackingLinkStore(pool: pool),
                sessions: SessionStore(pool: pool),
                publicURL: publicURL,
                spans: settings.traces.map { RequestSpans($0.tracer) }
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

    /// The key of the positions that customers read, which a server has made. Waits for the first server.
    private static func sealKey(_ secrets: SecretStore, _ logger: Logger) async throws -> [UInt8] {
        var isSaid = false
        while true {
            if let key = try await secrets.existingSecret(named: "position-seal") { return key }
            if !isSaid {
                logger.notice("the log has no secrets yet: waiting for a server, which makes them, or for the replica")
            }
            isSaid = true
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(500)) }
        }
    }
}

/// Reads the log for the streams of an edge. They wait for a replica that lags, but not for ever: their clients may
/// find another edge.
private struct EdgeStreamSource: StreamReading {
    let source: StreamSource
    let outlook: EdgeOutlook

    func read(after seq: Int64, through: Int64) async throws -> StreamSource.EventPage {
        let page = try await source.read(after: seq, through: through)
        if page.through <= seq, outlook.isReplicaStuck { throw PostgresError.replicaBehind }
        return page
    }

    func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble {
        try await source.restartPreamble(for: reason)
    }
}
