import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOSSL
import NIOTLS

/// The HTTP messages of a connection, or of one stream of an HTTP/2 connection.
typealias HTTPMessages = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
/// The streams of an HTTP/2 connection, as its client opens them.
typealias HTTP2Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<HTTPMessages>

/// What comes over a connection, once that is known.
enum Conversation: Sendable {
    case http1(HTTPMessages)
    case http2(HTTP2Streams)
}

/// A connection from its acceptance on: finds out what it speaks, then serves it on its event loop's own thread.
///
/// Over TLS the version is negotiated (ALPN); in clear text a client that knows of HTTP/2 begins with its preface.
struct ServingChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Fails where the connection ends before it has said anything.
        let conversation: EventLoopFuture<Conversation>
    }

    /// Answers the requests of one HTTP/1.1 connection, or the one of an HTTP/2 stream.
    private let messages: HTTP1Channel
    /// Nil for clear text.
    private let certificates: CertificateStore?
    private let timeouts: ConnectionTimeouts

    init(
        responder: @escaping HTTPChannelHandler.Responder,
        certificates: CertificateStore?,
        timeouts: ConnectionTimeouts
    ) {
        messages = HTTP1Channel(responder: responder)
        self.certificates = certificates
        self.timeouts = timeouts
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let conversation =
                if let certificates {
                    try negotiate(on: channel, with: certificates.context, logger)
                } else {
                    try listen(to: channel, logger)
                }
            return Value(channel: channel, conversation: conversation)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let channel = value.channel
        await withTaskExecutorPreference(EventLoopTaskExecutor(channel.eventLoop)) {
            await withTaskCancellationHandler {
                await converse(value.conversation, logger)
            } onCancel: {
                channel.close(promise: nil)
            }
        }
    }

    private func converse(_ conversation: EventLoopFuture<Conversation>, _ logger: Logger) async {
        do {
            switch try await conversation.get() {
            case .http1(let parts): await messages.handle(value: parts, logger: logger)
            case .http2(let streams):
                try await withThrowingDiscardingTaskGroup { group in
                    for try await stream in streams.inbound {
                        group.addTask { await messages.handle(value: stream, logger: logger) }
                    }
                }
            }
        } catch {
            // The connection is closed: by its client, by a deadline, or since it made no sense.
            logger.trace("connection ended", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Which version

    private func negotiate(
        on channel: any Channel,
        with context: NIOSSLContext,
        _ logger: Logger
    ) throws -> EventLoopFuture<Conversation> {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: context))
        let deadline = ConversationDeadline(after: timeouts.handshake)
        let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Conversation> { result, channel in
            channel.eventLoop.makeCompletedFuture {
                try deadline.met(by: channel)
                switch result {
                case .negotiated("h2"): return try add(.http2, to: channel, isSecure: true, logger)
                default: return try add(.http1, to: channel, isSecure: true, logger)
                }
            }
        }
        try pipeline.addHandler(negotiation)
        try pipeline.addHandler(deadline)
        return negotiation.protocolNegotiationResult
    }

    private func listen(to channel: any Channel, _ logger: Logger) throws -> EventLoopFuture<Conversation> {
        let promise = channel.eventLoop.makePromise(of: Conversation.self)
        let deadline = ConversationDeadline(after: timeouts.idle)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            PrefaceHandler(promise) { version, channel in
                try deadline.met(by: channel)
                return try add(version, to: channel, isSecure: false, logger)
            }
        )
        try pipeline.addHandler(deadline)
        return promise.futureResult
    }

    private func add(_ version: HTTPVersion, to channel: any Channel, isSecure: Bool, _ logger: Logger) throws
        -> Conversation
    {
        switch version {
        case .http1: .http1(try HTTP1Pipeline.add(to: channel, isSecure: isSecure, timeouts, logger))
        case .http2: .http2(try HTTP2Pipeline.add(to: channel, timeouts))
        }
    }
}

/// How long connections may keep the service waiting.
struct ConnectionTimeouts: Sendable {
    /// For a TLS handshake to be done.
    var handshake = TimeAmount.seconds(10)
    /// For a connection to say anything while no answer is under way.
    var idle = TimeAmount.seconds(75)
    /// For an HTTP/2 stream's client to take something of what is to be sent.
    var untaken = TimeAmount.seconds(60)
}

extension HTTPServerBuilder {
    /// HTTP/1.1 and HTTP/2, each connection handled on its event loop's thread.
    ///
    /// - Parameter certificates: for TLS; nil for clear text.
    static func loopBound(certificates: CertificateStore?) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            ServingChannel(responder: responder, certificates: certificates, timeouts: ConnectionTimeouts())
        }
    }
}
