import NIOCore
import NIOHTTP2

/// Ends an HTTP/2 connection: when it has had no streams for long, when the service ends, when it makes no sense.
final class HTTP2ConnectionHandler: ChannelDuplexHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// How long a client has to answer the first goodbye, and the connection's end.
    private static let warning = TimeAmount.seconds(1)
    /// How long streams may go on after the second.
    private static let farewell = TimeAmount.seconds(5)

    private let loop: any EventLoop
    private let idleTimeout: TimeAmount
    private let ping = HTTP2PingData(withInteger: UInt64.random(in: 0...UInt64.max))
    private var state = HTTP2ConnectionState()
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    /// The client has broken the protocol, and has been told so.
    private var isBroken = false

    /// - Parameter idleTimeout: how long a connection may be without streams.
    init(on loop: any EventLoop, idleTimeout: TimeAmount) {
        self.loop = loop
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if state.isIdle { act(on: .awaitStreams) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(ping, ack: true) = unwrapInboundIn(data).payload { act(on: state.warningSeen()) }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { act(on: state.end()) }
        // A client that ends its half of the connection can no longer open windows or answer.
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Most errors are one stream's, which has been reset for it.
        if isBroken { context.close(promise: nil) }
    }

    /// The protocol's own handler tells a broken connection by its goodbye, and leaves it to others to close it.
    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { isBroken = true }
    }

    // MARK: Streams

    struct StreamDelegate: NIOHTTP2StreamDelegate, Sendable {
        fileprivate let handler: NIOLoopBound<HTTP2ConnectionHandler>

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
            handler.value.state.opened(id)
            handler.value.timer?.cancel()
        }

        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
            let action = handler.value.state.streamClosed()
            // The stream's last frame may be on its way out at this moment.
            handler.value.loop.execute { handler.value.act(on: action) }
        }
    }

    /// Told of the connection's streams, on its event loop.
    var streamDelegate: StreamDelegate { StreamDelegate(handler: NIOLoopBound(self, eventLoop: loop)) }

    // MARK: The end

    private func act(on action: HTTP2ConnectionState.Action) {
        guard let context else { return }
        switch action {
        case .nothing: break
        case .awaitStreams:
            // A stream may have been opened since.
            guard state.isIdle else { return }
            schedule(in: idleTimeout) { $0.act(on: $0.state.end()) }
        case .warn:
            // In this order, since there are clients for which nothing may come after a goodbye. Both leave together, so the
            // answer takes as long as the goodbye's way there and a last request's back.
            write(context, .ping(ping, ack: false))
            sayGoodbye(context, after: .maxID)
            context.flush()
            schedule(in: Self.warning) { $0.act(on: $0.state.warningSeen()) }
        case .leave(let last):
            sayGoodbye(context, after: last)
            context.flush()
            schedule(in: Self.farewell) { $0.context?.close(promise: nil) }
            act(on: state.left())
        case .close:
            // What the client has sent meanwhile is read: unread, it would turn the close into a reset.
            context.close(mode: .output, promise: nil)
            schedule(in: Self.warning) { $0.context?.close(promise: nil) }
        }
    }

    private func sayGoodbye(_ context: ChannelHandlerContext, after last: HTTP2StreamID) {
        write(context, .goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil))
    }

    private func write(_ context: ChannelHandlerContext, _ payload: HTTP2Frame.FramePayload) {
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
