import LiveStreams
import NIOCore
import NIOHTTPTypes

/// Answers requests for streams on the event loop; all others are the web framework's, which is brought into the channel
/// when the first of them comes. One for each HTTP/1.1 connection, and one for each stream of HTTP/2.
///
/// A stream that has begun costs no task and no buffer here: the lane that serves it keeps what there is to know.
final class StreamRequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What the channel is.
    enum Transport: Sendable, Equatable {
        case http1(isSecure: Bool)
        case http2
    }

    enum State {
        /// Looks at requests as they come.
        case watching
        /// Judges a request for a stream, or begins the stream.
        case opening
        /// A lane says what is sent.
        case streaming(ChannelSubscriber)
        /// Everything is said.
        case over
    }

    /// Bytes that a client may send on its stream before it is taken for something else.
    static let mostReceived = 64 * 1024
    /// How long a client has to take the beginning of a stream, or its end.
    static let patience = TimeAmount.seconds(5)
    /// How long a client that has been told everything has to close.
    static let linger = TimeAmount.seconds(1)

    let transport: Transport
    let loop: StreamLoop
    let opener: SubscriptionAuthorizer
    let framework: HummingbirdInstaller
    let idleTimeout: TimeAmount
    private(set) var context: ChannelHandlerContext?
    var state = State.watching
    var isFrameworkThere = false
    /// Requests that the framework has not answered yet.
    var unanswered = 0
    /// A request for a stream, and what followed it, that waits for the answers before it; nil when nothing waits.
    var held: [HTTPRequestPart]?
    var isReadHeld = false
    var received = 0
    var isHeadSent = false
    var isOutletFull = false
    /// The stream's end is written, and not all of it has gone.
    var isEnding = false
    var isClosing = false
    private var idleTask: Scheduled<Void>?

    init(
        _ transport: Transport,
        loop: StreamLoop,
        opener: SubscriptionAuthorizer,
        framework: HummingbirdInstaller,
        idleTimeout: TimeAmount
    ) {
        self.transport = transport
        self.loop = loop
        self.opener = opener
        self.framework = framework
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard transport != .http2 else { return }
        idleTask = context.eventLoop.assumeIsolated().scheduleTask(in: idleTimeout) {
            self.context?.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopWaiting()
        self.context = nil
    }

    func stopWaiting() {
        idleTask?.cancel()
        idleTask = nil
    }
}

@available(*, unavailable)
extension StreamRequestHandler: Sendable {}
