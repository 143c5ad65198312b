import NIOCore
import NIOHTTP2

/// Ends an HTTP/2 connection: after it has been without streams for long, when the service shuts down, and after a
/// connection error.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// The time that a client has to acknowledge the first `GOAWAY`, and to close its half of the connection.
    private static let acknowledgementTimeout = TimeAmount.seconds(1)
    /// The time that open streams have to end after the final `GOAWAY`.
    private static let drainTimeout = TimeAmount.seconds(5)

    private let loop: any EventLoop
    private let connection: CountedConnection
    private let idleTimeout: TimeAmount
    private let ping = HTTP2PingData(withInteger: UInt64.random(in: 0...UInt64.max))
    private var state = HTTP2ConnectionState()
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    /// True once a connection error (RFC 9113, section 5.4.1) has been sent to the client.
    private var hasSentConnectionError = false

    /// - Parameter idleTimeout: the longest time that a connection may be without streams.
    init(on loop: any EventLoop, of connection: CountedConnection, idleTimeout: TimeAmount) {
        self.loop = loop
        self.connection = connection
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if state.isIdle { perform(.startIdleTimer) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(ping, ack: true) = unwrapInboundIn(data).payload { perform(state.firstGoAwayAcknowledged()) }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2StreamCreatedEvent: streamOpened(event.streamID)
        case is StreamClosedEvent: streamClosed()
        case is ChannelShouldQuiesceEvent: perform(state.shutDown())
        // A client that ends its half of the connection can no longer open windows or answer.
        case let event as ChannelEvent where event == .inputClosed: context.close(promise: nil)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Most errors concern one stream, which NIO has reset already.
        if hasSentConnectionError { connection.close(for: .malformed) }
        context.fireErrorCaught(error)
    }

    /// Notes connection errors: NIO sends `GOAWAY` with an error code, and leaves it to other handlers to close.
    func wroteGoAway(_ code: NIOHTTP2.HTTP2ErrorCode) {
        if code != .noError { hasSentConnectionError = true }
    }

    // MARK: Streams

    private func streamOpened(_ id: HTTP2StreamID) {
        state.streamOpened(id)
        timer?.cancel()
    }

    private func streamClosed() {
        let action = state.streamClosed()
        // The stream's last frame may not be written yet.
        loop.assumeIsolated().execute { self.perform(action) }
    }

    // MARK: Shutdown

    private func perform(_ action: HTTP2ConnectionState.Action) {
        guard let context else { return }
        switch action {
        case .nothing: break
        case .startIdleTimer:
            // A stream may have been opened since.
            guard state.isIdle else { return }
            schedule(in: idleTimeout) { $0.perform($0.state.shutDown()) }
        case .sendFirstGoAway:
            // PING comes first, since some clients accept no frame after GOAWAY. Both leave in one write, so the answer
            // to the PING comes behind the last request that the client sent before it read the GOAWAY.
            write(.ping(ping, ack: false), context)
            writeGoAway(lastStream: .maxID, context)
            context.flush()
            schedule(in: Self.acknowledgementTimeout) { $0.perform($0.state.firstGoAwayAcknowledged()) }
        case .sendFinalGoAway(let lastStream):
            writeGoAway(lastStream: lastStream, context)
            context.flush()
            schedule(in: Self.drainTimeout) { $0.context?.close(promise: nil) }
            perform(state.finalGoAwaySent())
        case .close:
            // The input stays open until the client has closed too: unread bytes would turn the close into a reset.
            context.close(mode: .output, promise: nil)
            schedule(in: Self.acknowledgementTimeout) { $0.context?.close(promise: nil) }
        }
    }

    private func writeGoAway(lastStream: HTTP2StreamID, _ context: ChannelHandlerContext) {
        write(.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil), context)
    }

    private func write(_ payload: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    private func schedule(in time: TimeAmount, _ task: @escaping @Sendable (HTTP2ConnectionHandler) -> Void) {
        timer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(in: time) { task(bound.value) }
    }
}

@available(*, unavailable)
extension HTTP2ConnectionHandler: Sendable {}
