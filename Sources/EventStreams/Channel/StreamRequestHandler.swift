import HTTPTransport
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers requests for streams on the event loop. Hummingbird answers all other requests; its handlers are installed
/// with the first of them. There is one handler for each HTTP/1.1 connection, and one for each channel of HTTP/2.
///
/// A stream that has begun costs no task and no buffer here: the lane that serves the stream keeps its state.
final class StreamRequestHandler: ChannelDuplexHandler, StreamResponder {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The time that a client has to take the last bytes of a stream's preamble, or the response's end.
    static let writeDeadline = TimeAmount.seconds(5)

    let loop: StreamLoop
    let hub: StreamHub
    private let connection: HTTPConnection
    private let authorizer: any SubscriptionAuthorizer
    private let response: StreamResponseWriter
    private var context: ChannelHandlerContext?
    private var state: StreamRequestState
    /// The stream as its lane knows it, while a lane serves the stream through this channel.
    private var subscriber: ChannelSubscriber?

    init(on connection: HTTPConnection, loop: StreamLoop, authorizer: any SubscriptionAuthorizer, hub: StreamHub) {
        self.connection = connection
        self.loop = loop
        self.authorizer = authorizer
        self.hub = hub
        response = StreamResponseWriter(version: connection.version)
        state = StreamRequestState(connection.version == .http2 ? .http2 : .http1)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        var authorization: SubscriptionAuthorizer.Authorization?
        if case .head(let request) = part, state.isWatching {
            authorization = authorizer.authorization(of: request)
        }
        switch state.received(part, asksForStream: authorization != nil) {
        case .none: break
        case .passOn:
            guard installHummingbird(context) else { return }
            context.fireChannelRead(wrapInboundOut(part))
        case .open:
            if case .head(let request) = part, let authorization { open(request, authorization, context) }
        case .close: context.close(promise: nil)
        }
    }

    /// - Returns: false when Hummingbird's handlers cannot be added and the channel closes.
    private func installHummingbird(_ context: ChannelHandlerContext) -> Bool {
        guard !state.isHummingbirdInstalled else { return true }
        do {
            try connection.installHummingbird(on: context.channel)
            state.hummingbirdInstalled()
        } catch {
            context.close(promise: nil)
        }
        return state.isHummingbirdInstalled
    }

    func read(context: ChannelHandlerContext) {
        if state.readRequested() { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data), state.hummingbirdAnswered() else { return }
        context.eventLoop.assumeIsolated().execute { self.readHeld() }
    }

    /// Reads the parts that were held until Hummingbird had answered the requests before them.
    private func readHeld() {
        guard let context else { return }
        for part in state.takeHeld() { channelRead(context: context, data: wrapInboundOut(part)) }
        if state.takeHeldRead() { context.read() }
    }

    // MARK: Events

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if state.mayHummingbirdClose { context.close(mode: mode, promise: promise) } else { promise?.succeed() }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ForceClose else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let action: StreamRequestState.EventAction =
            switch event {
            case is ChannelShouldQuiesceEvent: state.onQuiesce
            case let event as ChannelEvent where event == .inputClosed: state.onInputClosed
            default: .passOn
            }
        switch action {
        case .ignore: break
        case .close: context.close(promise: nil)
        case .passOn: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard state.onError() == .passOn else { return context.close(promise: nil) }
        guard installHummingbird(context) else { return }
        context.fireErrorCaught(error)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, state.becameWritable() { subscriber?.becameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if state.isStreaming { subscriber?.closed() }
        state.finished()
        subscriber = nil
        context.fireChannelInactive()
    }

    // MARK: Opening

    private func open(
        _ request: HTTPRequest,
        _ authorization: @escaping SubscriptionAuthorizer.Authorization,
        _ context: ChannelHandlerContext
    ) {
        // An HTTP/1.1 connection carries nothing after a stream.
        if !state.isHummingbirdInstalled, state.version == .http1 { connection.declineHummingbird() }
        let opening = StreamOpeningTask(
            handler: NIOLoopBound(self, eventLoop: context.eventLoop),
            authorizer: authorizer,
            authorization: authorization,
            request: request,
            address: context.channel.clientAddress
        )
        loop.openRateLimiter.admit { [executor = connection.executor] in opening.start(on: executor) }
    }

    var isOpening: Bool { state.isOpening }

    func abandon() { context?.close(promise: nil) }

    func deliver(_ bytes: [UInt8], within deadline: TimeAmount) async -> StreamDelivery {
        guard let context else { return .gone }
        let written = context.eventLoop.makePromise(of: Void.self)
        if let isFirst = state.bodyWritten() {
            if isFirst { response.writeHead(to: context) }
            response.write(ByteBuffer(bytes: bytes), to: context, promise: written)
            context.flush()
        } else {
            written.fail(SinkClosed())
        }
        return await StreamDelivery.outcome(of: written.futureResult, within: deadline)
    }

    func finish(_ bytes: [UInt8]) {
        guard let context, let isFirst = state.bodyWritten() else { return }
        if isFirst { response.writeHead(to: context) }
        if !bytes.isEmpty { response.write(bytes, to: context) }
        state.finished()
        response.finish(on: context)
    }

    func refuse(_ refusal: SubscriptionRefusal) {
        guard let context, let isFirst = state.bodyWritten() else { return }
        guard isFirst else { return context.close(promise: nil) }
        response.write(refusal, to: context)
        state.finished()
        response.finish(on: context)
    }

    // MARK: Hand-off to a lane

    func offerSocket(to adopt: (SubscriberTransport) -> Bool) -> Bool {
        guard let context else { return false }
        return SocketHandoff.offer(context.channel, of: connection, to: adopt)
    }

    func handedOff() {
        state.finished()
        context?.close(mode: .all, promise: nil)
    }

    func attach(_ subscriber: ChannelSubscriber) {
        guard let context, context.channel.isActive else { return subscriber.closed() }
        self.subscriber = subscriber
        state.attached()
        if state.version == .http1 { context.channel.closeWhenPeerVanishes() }
    }

    func detach() {
        state.detached()
        subscriber = nil
    }

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        guard let context, state.isStreaming, let bytes = loop.buffer(block, range) else { return }
        response.write(bytes, to: context)
        guard isLast else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        state.endWritten()
        written.futureResult.assumeIsolated().whenComplete { _ in
            if self.state.endSent() { self.closeStream() }
        }
        response.writeEnd(to: context, promise: written)
    }

    func flush() -> Bool {
        guard let context, state.isStreaming else { return true }
        context.flush()
        return state.flushed(isWritable: context.channel.isWritable)
    }

    func closeStream() {
        guard let context else { return }
        switch state.closeRequested() {
        case .none: break
        case .now: context.close(promise: nil)
        case .afterEnd:
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.writeDeadline) { context.close(promise: nil) }
        }
    }
}

@available(*, unavailable)
extension StreamRequestHandler: Sendable {}
