import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOSSL
import NIOTLS

/// The HTTP messages of a connection, or of one stream of an HTTP/2 connection, as Hummingbird takes them.
typealias HTTPMessages = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// A connection from its acceptance on: detects its version of HTTP, then serves it on its event loop's own thread. The
/// application's handlers see each request first; the rest is Hummingbird's.
///
/// Over TLS the version is negotiated (ALPN); in clear text a client that knows of HTTP/2 begins with its preface.
struct ServingChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The messages that Hummingbird answers; finished with the connection, or once no request can reach Hummingbird.
        let messages: AsyncStream<HTTPMessages>
    }

    /// Answers the requests of one HTTP/1.1 connection, or the one of an HTTP/2 stream.
    private let messages: HTTP1Channel
    /// Nil for clear text.
    private let certificates: CertificateStore?
    private let application: ApplicationInstaller
    private let executors = EventLoopExecutors()
    private let timeouts: ConnectionTimeouts

    init(
        responder: @escaping HTTPChannelHandler.Responder,
        certificates: CertificateStore?,
        application: @escaping ApplicationInstaller,
        timeouts: ConnectionTimeouts
    ) {
        messages = HTTP1Channel(responder: responder)
        self.application = application
        self.certificates = certificates
        self.timeouts = timeouts
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let (messages, source) = AsyncStream.makeStream(of: HTTPMessages.self)
            let application = ConnectionApplication(
                installer: application,
                hummingbird: HummingbirdInstaller(source: source, logger: logger),
                executor: executors.executor(for: channel.eventLoop),
                timeouts: timeouts
            )
            channel.closeFuture.whenComplete { _ in source.finish() }
            if let certificates {
                try negotiate(on: channel, with: certificates.context, application)
            } else {
                try listen(to: channel, application)
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
        _ application: ConnectionApplication
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: context, configuration: TLSProfile.connection))
        let deadline = ProtocolDetectionTimeoutHandler(after: timeouts.handshake)
        let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Void> { result, channel in
            channel.eventLoop.makeCompletedFuture {
                try deadline.met(by: channel)
                switch result {
                case .negotiated("h2"): try add(.http2, to: channel, isSecure: true, application)
                default: try add(.http1, to: channel, isSecure: true, application)
                }
            }
        }
        try pipeline.addHandler(negotiation)
        try pipeline.addHandler(deadline)
    }

    private func listen(to channel: any Channel, _ application: ConnectionApplication) throws {
        let deadline = ProtocolDetectionTimeoutHandler(after: timeouts.idle)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            HTTPVersionDetector { version, channel in
                try deadline.met(by: channel)
                try add(version, to: channel, isSecure: false, application)
            }
        )
        try pipeline.addHandler(deadline)
    }

    private func add(
        _ version: HTTPVersion,
        to channel: any Channel,
        isSecure: Bool,
        _ application: ConnectionApplication
    ) throws {
        switch version {
        case .http1: try HTTP1Pipeline.add(to: channel, isSecure: isSecure, application)
        case .http2: try HTTP2Pipeline.add(to: channel, application)
        }
    }
}
