package import Access
package import EventStreams
package import HTTPTransport
package import Hummingbird
package import Logging
package import OrderLog
package import Projections
package import Telemetry

/// The API's routes and the authorizer of its streams.
package struct APIRouter {
    package let router: Router<WaybillContext>
    package let streams: StreamAuthorizer
    /// Ends streams whose link or session has ended.
    package let grantWatch: GrantWatch
    /// Ends the streams of keys that are withdrawn. Runs beside the server.
    package let keyGrants: SigningKeyGrants

    /// The parts of the service that the routes use.
    package struct Services {
        /// Nil on an edge, which takes no commands; so is `replays`.
        package let appender: Appender?
        package let reader: LogReader
        package let tail: any TailState
        package let readiness: any ReadinessSource
        package let hub: StreamHub
        package let models: ReadModelReader
        package let replays: ReplayRunner?
        package let metrics: MetricsRegistry
        package let failures: RecentFailures
        package let keys: KeySource
        package let proxies: TrustedProxies
        /// The pages of other origins that may use the service; nil for none.
        package let crossOrigins: CrossOriginPolicy?
        /// Tells whether the service's own connections are TLS.
        package let servesTLS: Bool
        package let seal: PositionSeal
        package let positionEncoder: PositionEncoder
        package let links: TrackingLinkStore
        package let sessions: SessionStore
        package let publicURL: PublicURL
        /// Makes spans of requests; nil for none.
        package let spans: RequestSpans?
        /// The time after which the client of a bulk request that takes no results loses its connection.
        package let bulkPatience: Duration

        package init(
            appender: Appender?,
            reader: LogReader,
            tail: any TailState,
            readiness: any ReadinessSource,
            hub: StreamHub,
            models: ReadModelReader,
            replays: ReplayRunner?,
            metrics: MetricsRegistry,
            failures: RecentFailures,
            keys: KeySource,
            proxies: TrustedProxies = TrustedProxies(),
            crossOrigins: CrossOriginPolicy? = nil,
            servesTLS: Bool = false,
            seal: PositionSeal,
            positionEncoder: PositionEncoder,
            links: TrackingLinkStore,
            sessions: SessionStore,
            publicURL: PublicURL,
            spans: RequestSpans? = nil,
            bulkPatience: Duration = .seconds(60)
        ) {
            self.appender = appender
            self.reader = reader
            self.tail = tail
            self.readiness = readiness
            self.hub = hub
            self.models = models
            self.replays = replays
            self.metrics = metrics
            self.failures = failures
            self.keys = keys
            self.proxies = proxies
            self.crossOrigins = crossOrigins
            self.servesTLS = servesTLS
            self.seal = seal
            self.positionEncoder = positionEncoder
            self.links = links
            self.sessions = sessions
            self.publicURL = publicURL
            self.spans = spans
            self.bulkPatience = bulkPatience
        }
    }

    /// The checks that routes make of their callers, shared with the routes of other targets.
    package struct Admission: Sendable {
        package let authorizer: Authorizer
        package let links: LinkOpener
    }

    /// - Parameter addRoutes: adds the routes of other targets: the API's description and the pages.
    package init(
        _ services: Services,
        logger: Logger,
        addRoutes: (Router<WaybillContext>, Admission) throws -> Void
    ) throws {
        let clock = WallClock()
        let clients = ClientResolver(proxies: services.proxies, servesTLS: services.servesTLS)
        let sessions = Sessions(store: services.sessions, publicURL: services.publicURL, clients: clients)
        let authorizer = Authorizer(
            verifier: TokenVerifier(keys: services.keys),
            addresses: RateLimiter(TokenBuckets(burst: 200, perSecond: 50)),
            callers: RateLimiter(TokenBuckets(burst: 200, perSecond: 50)),
            refusals: DelayedRefusals(),
            clients: clients,
            metrics: try AccessMetrics(services.metrics),
            sessions: sessions,
            clock: clock
        )
        let (reader, models) = (services.reader, services.models)
        let (tail, hub, positionEncoder) = (services.tail, services.hub, services.positionEncoder)
        let positions = PositionReader(seal: services.seal, reader: reader)
        let submissions = SubmissionFactory(clock: clock)
        let links = LinkOpener(
            authorizer: authorizer,
            store: services.links,
            crossOrigins: services.crossOrigins
        )
        let grants = StreamGrants()
        let watch = GrantWatch(
            grants: grants,
            links: services.links,
            sessions: services.sessions,
            hub: hub,
            logger: logger
        )
        let keyGrants = SigningKeyGrants(keys: services.keys, hub: hub)
        let streams = StreamAuthorizer(
            authorizer: authorizer,
            links: links,
            grants: grants,
            reader: reader,
            tail: tail,
            hub: hub,
            positions: positions,
            positionEncoder: positionEncoder,
            refusals: StreamRefusals(hub: hub, positions: positions, positionEncoder: positionEncoder),
            keyGrants: keyGrants,
            clock: clock,
            logger: logger
        )
        let modelPlaces = ReadPlaces()
        let router = Router(context: WaybillContext.self, options: .autoGenerateHeadEndpoints)
        if let spans = services.spans { router.add(middleware: RequestSpanMiddleware(spans: spans)) }
        router.add(middleware: RequestMetricsMiddleware(metrics: try RequestMetrics(services.metrics)))
        router.add(middleware: PageCompressionMiddleware())
        router.add(middleware: ReceivedRequestMiddleware())
        router.add(middleware: ProblemMiddleware())
        if services.appender == nil { router.add(middleware: EdgeMiddleware()) }
        HealthRoutes(readiness: services.readiness, keys: services.keys, hub: hub).add(to: router)
        if let appender = services.appender {
            CommandRoutes(authorizer: authorizer, appender: appender, submissions: submissions).add(to: router)
            BulkRoutes(
                authorizer: authorizer,
                appender: appender,
                submissions: submissions,
                patience: services.bulkPatience
            ).add(to: router)
        }
        OrderRoutes(
            authorizer: authorizer,
            reader: reader,
            places: ReadPlaces(),
            positions: positions,
            positionEncoder: positionEncoder
        ).add(to: router)
        OrderListRoutes(
            authorizer: authorizer,
            models: models,
            places: modelPlaces,
            positions: positions,
            positionEncoder: positionEncoder
        ).add(to: router)
        StatsRoutes(
            authorizer: authorizer,
            models: models,
            places: modelPlaces,
            positions: positions,
            positionEncoder: positionEncoder
        ).add(to: router)
        ProjectionRoutes(
            authorizer: authorizer,
            models: models,
            replays: services.replays
        ).add(to: router)
        TrackingLinkRoutes(
            authorizer: authorizer,
            reader: reader,
            links: services.links,
            watch: watch,
            publicURL: services.publicURL
        ).add(to: router)
        SessionRoutes(authorizer: authorizer, sessions: sessions, watch: watch, clock: clock).add(to: router)
        StreamRoutes(streams: streams).add(to: router)
        StatusRoutes(
            authorizer: authorizer,
            database: DatabaseFactsCache(reader: reader),
            failures: services.failures,
            clock: clock,
            startedAt: clock.seconds()
        ).add(to: router)
        MetricsRoutes(authorizer: authorizer, registry: services.metrics).add(to: router)
        try addRoutes(router, Admission(authorizer: authorizer, links: links))
        // It looks at the routes that were added before, so it comes last.
        router.add(middleware: MethodMiddleware(routesOf: router))
        self.router = router
        self.streams = streams
        grantWatch = watch
        self.keyGrants = keyGrants
    }
}
