import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOSSL
import NIOTLS

/// The HTTP messages of a connection, or of one stream of an HTTP/2 connection, as the web framework takes them.
typealias HTTPMessages = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// A connection from its acceptance on: finds out what it speaks, then serves it on its event loop's own thread. Streams are
/// answered by `StreamRequestHandler`, everything else by the web framework.
///
/// Over TLS the version is negotiated (ALPN); in clear text a client that knows of HTTP/2 begins with its preface.
struct ServingChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// What the framework is to answer; ends with the connection, or when it is known that nothing will come.
        let messages: AsyncStream<HTTPMessages>
    }

    /// Answers the requests of one HTTP/1.1 connection, or the one of an HTTP/2 stream.
    private let messages: HTTP1Channel
    /// Nil for clear text.
    private let certificates: CertificateStore?
    private let fronts: StreamRequestHandlers
    private let timeouts: ConnectionTimeouts

    init(
        responder: @escaping HTTPChannelHandler.Responder,
        certificates: CertificateStore?,
        opener: SubscriptionAuthorizer,
        timeouts: ConnectionTimeouts
    ) {
        messages = HTTP1Channel(responder: responder)
        fronts = StreamRequestHandlers(opener: opener, loops: StreamLoop.Registry(), timeouts: timeouts)
        self.certificates = certificates
        self.timeouts = timeouts
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let (messages, source) = AsyncStream.makeStream(of: HTTPMessages.self)
            let framework = HummingbirdInstaller(source: source, logger: logger)
            channel.closeFuture.whenComplete { _ in source.finish() }
            if let certificates {
                try negotiate(on: channel, with: certificates.context, framework)
            } else {
                try listen(to: channel, framework)
            }
            return Value(channel: channel, messages: messages)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let channel = value.channel
        await withTaskExecutorPreference(fronts.loops.of(channel.eventLoop).executor) {
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    for await messages in value.messages {
                        group.addTask { await self.messages.handle(value: messages, logger: logger) }
                    }
                }
            } onCancel: {
                channel.triggerUserOutboundEvent(ForceClose(), promise: nil)
                channel.close(promise: nil)
            }
        }
    }

    // MARK: Which version

    private func negotiate(
        on channel: any Channel,
        with context: NIOSSLContext,
        _ framework: HummingbirdInstaller
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: context, configuration: TLSProfile.connection))
        let deadline = ProtocolDetectionTimeoutHandler(after: timeouts.handshake)
        let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Void> { result, channel in
            channel.eventLoop.makeCompletedFuture {
                try deadline.met(by: channel)
                switch result {
                case .negotiated("h2"): try add(.http2, to: channel, isSecure: true, framework)
                default: try add(.http1, to: channel, isSecure: true, framework)
                }
            }
        }
        try pipeline.addHandler(negotiation)
        try pipeline.addHandler(deadline)
    }

    private func listen(to channel: any Channel, _ framework: HummingbirdInstaller) throws {
        let deadline = ProtocolDetectionTimeoutHandler(after: timeouts.idle)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            HTTPVersionDetector { version, channel in
                try deadline.met(by: channel)
                try add(version, to: channel, isSecure: false, framework)
            }
        )
        try pipeline.addHandler(deadline)
    }

    private func add(
        _ version: HTTPVersion,
        to channel: any Channel,
        isSecure: Bool,
        _ framework: HummingbirdInstaller
    ) throws {
        switch version {
        case .http1: try HTTP1Pipeline.add(to: channel, isSecure: isSecure, fronts, framework)
        case .http2: try HTTP2Pipeline.add(to: channel, fronts, framework)
        }
    }
}

/// How long connections may keep the service waiting.
struct ConnectionTimeouts: Sendable {
    /// For a TLS handshake to be done.
    var handshake = TimeAmount.seconds(10)
    /// For a connection to say anything while no answer is under way.
    var idle = TimeAmount.seconds(75)
    /// For an HTTP/2 stream's client to take something of an answer, and of a stream of events.
    var untaken = TimeAmount.seconds(60)
    var stalled = TimeAmount.seconds(30)
    /// For an HTTP/2 stream's client to go on with a request that is answered.
    var unread = TimeAmount.milliseconds(500)
}

extension HTTPServerBuilder {
    /// HTTP/1.1 and HTTP/2, each connection handled on its event loop's thread.
    ///
    /// - Parameters:
    ///   - certificates: for TLS; nil for clear text.
    ///   - opener: judges requests for streams.
    static func loopBound(certificates: CertificateStore?, opener: SubscriptionAuthorizer) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            ServingChannel(
                responder: responder,
                certificates: certificates,
                opener: opener,
                timeouts: ConnectionTimeouts()
            )
        }
    }
}
