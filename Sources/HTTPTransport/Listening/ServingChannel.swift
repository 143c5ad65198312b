import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOTLS

/// The HTTP messages of a connection, or of one stream of an HTTP/2 connection, as Hummingbird takes them.
typealias HTTPMessages = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// Serves a connection from its acceptance on: detects the version of HTTP, then handles requests on the thread of the
/// connection's event loop. The application's handlers see each request first, and leave the rest to Hummingbird.
///
/// Over TLS the version is negotiated (ALPN). In clear text, a client of HTTP/2 begins with its preface.
struct ServingChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The message channels that Hummingbird answers. The sequence ends with the connection, or once no request can
        /// reach Hummingbird.
        let messages: AsyncStream<HTTPMessages>
    }

    /// Hummingbird's own channel, which answers the requests of one HTTP/1.1 connection or of one HTTP/2 stream.
    private let hummingbird: HTTP1Channel
    /// The certificate for TLS; nil for clear text.
    private let certificates: CertificateStore?
    private let application: ApplicationInstaller
    private let executors = EventLoopExecutors()
    private let limiter: ConnectionLimiter
    private let exchanges: ExchangeSettings

    init(
        responder: @escaping HTTPChannelHandler.Responder,
        certificates: CertificateStore?,
        application: @escaping ApplicationInstaller,
        limiter: ConnectionLimiter,
        exchanges: ExchangeSettings
    ) {
        hummingbird = HTTP1Channel(responder: responder)
        self.application = application
        self.certificates = certificates
        self.limiter = limiter
        self.exchanges = exchanges
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let (messages, continuation) = AsyncStream.makeStream(of: HTTPMessages.self)
            guard let admission = limiter.admit(channel, idleTimeout: exchanges.timeouts.idle) else {
                continuation.finish()
                let answer = certificates == nil ? exchanges.faults(.tooManyConnections) : nil
                try channel.pipeline.syncOperations.addHandler(ConnectionRefusalHandler(answer))
                return Value(channel: channel, messages: messages)
            }
            let application = ConnectionApplication(
                installer: application,
                hummingbird: HummingbirdInstaller(messages: continuation, logger: logger),
                executor: executors.executor(for: channel.eventLoop),
                exchanges: exchanges,
                activity: admission.activity,
                connection: admission.counted,
                budget: limiter.budget
            )
            channel.closeFuture.whenComplete { _ in continuation.finish() }
            if let certificates {
                try negotiateVersion(on: channel, with: certificates.context, application)
            } else {
                try detectVersion(on: channel, application)
            }
            return Value(channel: channel, messages: messages)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let channel = value.channel
        await withTaskExecutorPreference(executors.executor(for: channel.eventLoop)) {
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    for await messages in value.messages {
                        group.addTask { await hummingbird.handle(value: messages, logger: logger) }
                    }
                }
            } onCancel: {
                channel.triggerUserOutboundEvent(ForceClose(), promise: nil)
                channel.close(promise: nil)
            }
        }
    }

    // MARK: Version of HTTP

    private func negotiateVersion(
        on channel: any Channel,
        with context: TLSContext,
        _ application: ConnectionApplication
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(TLSHandler(try context.makeSession()))
        let timeout = ProtocolDetectionTimeoutHandler(
            of: application.connection,
            timeout: exchanges.timeouts.handshake,
            reason: .handshakeDeadline
        )
        let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Void> { result, channel in
            channel.eventLoop.makeCompletedFuture {
                try timeout.remove(from: channel)
                switch result {
                case .negotiated("h2"): try add(.http2, to: channel, isSecure: true, application)
                default: try add(.http1, to: channel, isSecure: true, application)
                }
            }
        }
        try pipeline.addHandler(negotiation)
        try pipeline.addHandler(timeout)
    }

    private func detectVersion(on channel: any Channel, _ application: ConnectionApplication) throws {
        let timeout = ProtocolDetectionTimeoutHandler(
            of: application.connection,
            timeout: exchanges.timeouts.idle,
            reason: .idle
        )
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            HTTPVersionDetector { version, channel in
                try timeout.remove(from: channel)
                try add(version, to: channel, isSecure: false, application)
            }
        )
        try pipeline.addHandler(timeout)
    }

    private func add(
        _ version: HTTPVersion,
        to channel: any Channel,
        isSecure: Bool,
        _ application: ConnectionApplication
    ) throws {
        switch version {
        case .http1:
            application.connection.carries(.http1)
            try HTTP1Pipeline.add(to: channel, isSecure: isSecure, application)
        case .http2:
            application.connection.carries(.http2)
            try HTTP2Pipeline.add(to: channel, application)
        }
    }
}
