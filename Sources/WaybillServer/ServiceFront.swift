import Access
import EventStreams
import HTTPTransport
import Hummingbird
import Logging
import OrderAPI

/// The side of the service that clients see: the HTTP server with all its routes and streams.
struct ServiceFront {
    let api: APIRouter
    let hub: StreamHub
    let publicURL: PublicURL
    /// The descriptors that connections may take.
    let descriptors: DescriptorBudget
    let connections: ConnectionMetrics

    /// The HTTP server with all its routes and streams.
    ///
    /// - Parameter onRunning: called with the port once the server accepts connections.
    func application(
        settings: WaybillServerSettings,
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        let (fallback, publicURL) = (settings.port, publicURL)
        let proxies = settings.proxies
        let limiter = ConnectionLimiter(budget: descriptors, metrics: connections, logger: logger) {
            proxies.contains($0)
        }
        let streams = StreamRequestHandlerFactory(authorizer: api.streams, hub: hub)
        let commands = settings.answersCommandsOnEventLoops ? api.commands : nil
        let crossOrigins = settings.crossOrigins.map(CrossOriginPolicy.api)
        let direct = DirectExchanges(
            budget: descriptors,
            metrics: connections,
            crossOrigins: crossOrigins,
            pathFields: { SecretPath.fields(for: $0, crossOrigins) },
            faults: TransportAnswer.problem,
            logger: logger,
            responder: streams.directAnswer
        )
        let isClearText = settings.certificates == nil
        return Application(
            router: api.router,
            server: .loopBound(
                certificates: settings.certificates,
                limiter: limiter,
                crossOrigins: crossOrigins,
                pathFields: { SecretPath.fields(for: $0, crossOrigins) },
                isLiveResponse: StreamResponse.isStream,
                faults: TransportAnswer.problem,
                responder: streams
            ) {
                try commands?.add(to: $0, on: $1)
                try streams.add(to: $0, on: $1)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                // Thousands of clients reconnect at once after a restart. With a short queue they would wait for TCP to
                // retransmit.
                backlog: 4096
            ),
            onServerRunning: { channel in
                await limiter.watch(channel)
                if isClearText { await direct.watch(channel, limiter) }
                let port = channel.localAddress?.port ?? fallback
                publicURL.bind(port: port)
                await onRunning(port)
            },
            logger: logger
        )
    }
}
