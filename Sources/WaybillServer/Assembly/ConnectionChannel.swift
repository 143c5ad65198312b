import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix
import ServiceLifecycle

/// A connection as the server keeps it: the channels on it that have requests for the web framework.
struct Connection: ServerChildChannelValue {
    typealias Requests = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let channel: any Channel
    let requests: AsyncStream<Requests>
}

/// Sets up connections: streams are answered by `StreamFront`, everything else by the web framework, on the thread of the
/// connection's event loop.
struct ConnectionChannel: HTTPChannelHandler {
    typealias Value = Connection

    let responder: Responder
    let opener: StreamOpener
    let loops: StreamLoop.Registry
    /// How long a connection may say nothing while no answer is under way.
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let (requests, source) = AsyncStream.makeStream(of: Connection.Requests.self)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                // The framework answers one request after another.
                withPipeliningAssistance: false,
                // It says what is wrong with a request, and its types validate the fields of responses.
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: Self.limits
            )
            try pipeline.addHandler(OldClientHandler())
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(front(.http1(isSecure: false), on: channel, source, logger))
            return Connection(channel: channel, requests: requests)
        }
    }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 80 * 1024
        limits.maxHeaderListSize = 80 * 1024
        limits.maxHeaderFieldCount = 1000
        return limits
    }

    /// The last handler of a channel until the framework enters.
    private func front(
        _ transport: StreamFront.Transport,
        on channel: any Channel,
        _ source: AsyncStream<Connection.Requests>.Continuation,
        _ logger: Logger
    ) -> StreamFront {
        let framework = StreamFront.Framework { channel in
            let state = HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger)
            try channel.pipeline.syncOperations.addHandler(state)
            let requests = try Connection.Requests(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            source.yield(requests)
        } leave: {
            source.finish()
        }
        return StreamFront(
            transport,
            loop: loops.of(channel.eventLoop),
            opener: opener,
            framework: framework,
            idleTimeout: TimeAmount(idleTimeout)
        )
    }

    func handle(value: Connection, logger: Logger) async {
        await withTaskExecutorPreference(loops.of(value.channel.eventLoop).executor) {
            await withDiscardingTaskGroup { group in
                for await requests in value.requests {
                    group.addTask { await handleHTTP(asyncChannel: requests, logger: logger) }
                }
            }
        }
    }
}

/// A server whose connections begin on an event loop's thread as well, until `ConnectionChannel` takes each to its own.
struct LoopBoundService: Service {
    private let base: any Service

    init(_ base: some Service) { self.base = base }

    func run() async throws {
        try await withTaskExecutorPreference(EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())) {
            try await base.run()
        }
    }
}
