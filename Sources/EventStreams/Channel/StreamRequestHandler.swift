import Glibc
import HTTPTransport
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Primitives

/// Answers requests for streams on the event loop. All other requests are Hummingbird's, whose handlers enter the channel
/// with the first of them. One handler for each HTTP/1.1 connection, and one for each stream of HTTP/2.
///
/// A stream that has begun costs no task and no buffer here: the lane that serves the stream keeps its state.
final class StreamRequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client has to take a stream's preamble, or its end.
    static let patience = TimeAmount.seconds(5)
    /// How long a client has to close its connection after the response's end.
    private static let awaitPeerClose = TimeAmount.seconds(1)

    let loop: StreamLoop
    let hub: StreamHub
    private let connection: HTTPConnection
    private let authorizer: any SubscriptionAuthorizer
    private var context: ChannelHandlerContext?
    private var state: StreamRequestState
    /// The stream as its lane knows it, while a lane serves it through this channel.
    private var subscriber: ChannelSubscriber?
    private var idleTask: Scheduled<Void>?

    init(_ connection: HTTPConnection, loop: StreamLoop, authorizer: any SubscriptionAuthorizer, hub: StreamHub) {
        self.connection = connection
        self.loop = loop
        self.authorizer = authorizer
        self.hub = hub
        state = StreamRequestState(connection.version == .http2 ? .http2 : .http1)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard state.version == .http1 else { return }
        idleTask = context.eventLoop.assumeIsolated().scheduleTask(in: connection.idleTimeout) {
            self.context?.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopIdleTimer()
        self.context = nil
    }

    private func stopIdleTimer() {
        idleTask?.cancel()
        idleTask = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        var authorization: SubscriptionAuthorizer.Authorization?
        if case .head(let request) = part, state.isWatching {
            stopIdleTimer()
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

    /// - Returns: false where the channel closes, since Hummingbird's handlers cannot be added.
    private func installHummingbird(_ context: ChannelHandlerContext) -> Bool {
        guard !state.isHummingbirdInstalled else { return true }
        stopIdleTimer()
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

    /// Reads the parts that waited for Hummingbird's responses.
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
        if context.channel.isWritable, state.becameWritable() { subscriber?.freed() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopIdleTimer()
        if state.isStreaming { subscriber?.closed() }
        state.isOver()
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
            path: request.path ?? "",
            address: context.channel.clientAddress
        )
        loop.openRateLimiter.admit { [executor = connection.executor] in opening.start(on: executor) }
    }

    /// Whether the stream's request is still checked, or its preamble still sent.
    var isOpening: Bool { state.isOpening }

    /// Closes the channel: nothing more can be sent to its client.
    func abandon() { context?.close(promise: nil) }

    /// Writes bytes of the preamble, the response's head before the first of them, and waits until the system has them.
    ///
    /// - Parameter deadline: how long to wait.
    func deliver(_ bytes: [UInt8], within deadline: TimeAmount) async -> StreamDelivery {
        guard let context else { return .gone }
        // Fulfilled by the write or by the deadline, whichever comes first.
        let delivery = OneShotPromise<StreamDelivery>()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { result in
            if case .success = result { delivery.fulfill(.sent) } else { delivery.fulfill(.gone) }
        }
        if let sendsHead = state.sendsHead() {
            if sendsHead { context.write(wrapOutboundOut(.head(responseHead)), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: written)
        } else {
            written.fail(SinkClosed())
        }
        // The system usually has the bytes by now.
        if !delivery.isFulfilled {
            let timeout = context.eventLoop.scheduleTask(in: deadline) { _ = delivery.fulfill(.pending) }
            written.futureResult.whenComplete { _ in timeout.cancel() }
        }
        return await delivery.value()
    }

    /// Ends the response after the last bytes of its body.
    func finish(_ bytes: [UInt8]) {
        guard let context, let sendsHead = state.sendsHead() else { return }
        if sendsHead { context.write(wrapOutboundOut(.head(responseHead)), promise: nil) }
        if !bytes.isEmpty { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil) }
        endResponse(context)
    }

    /// Answers by another status than 200.
    func refuse(_ refusal: SubscriptionRefusal) {
        guard let context, let isFirst = state.sendsHead() else { return }
        guard isFirst else { return context.close(promise: nil) }
        var fields = refusal.fields
        fields[.date] = loop.date
        fields[.contentLength] = String(refusal.body.count)
        if state.version == .http1 { fields[.connection] = "close" }
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: refusal.status, headerFields: fields))),
            promise: nil
        )
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: refusal.body))), promise: nil)
        endResponse(context)
    }

    private var responseHead: HTTPResponse {
        var fields = StreamResponse.fields
        fields[.date] = loop.date
        // A proxy must not keep the connection for other requests.
        if state.version == .http1 { fields[.connection] = "close" }
        return HTTPResponse(status: .ok, headerFields: fields)
    }

    /// Ends the response, and an HTTP/1.1 connection with it.
    private func endResponse(_ context: ChannelHandlerContext) {
        state.isOver()
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        guard case .http1(let isSecure) = connection.version else { return }
        written.futureResult.assumeIsolated().whenComplete { result in
            guard case .success = result, !isSecure else { return context.close(promise: nil) }
            // Unread bytes would turn a close into a reset, and lose the response's end.
            context.close(mode: .output, promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.awaitPeerClose) { context.close(promise: nil) }
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    // MARK: Hand-off to a lane

    /// Duplicates the connection's descriptor for a lane, where clear-text HTTP/1.1 makes that possible. Between the adoption
    /// and the channel's close, which must follow at once, nothing is read or written: the close shuts nothing down, so the
    /// peer notices nothing.
    ///
    /// - Parameter adopt: takes the descriptor; returns whether it does.
    /// - Returns: whether the descriptor is the lane's.
    func withSocket(_ adopt: (CInt) -> Bool) -> Bool {
        guard connection.version == .http1(isSecure: false), let channel = context?.channel, channel.isActive,
            // Lanes send chunks on sockets, which HTTP/1.0 does not know.
            !connection.isHTTP10(channel)
        else { return false }
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        guard let descriptor, descriptor >= 0 else { return false }
        if adopt(descriptor) { return true }
        Glibc.close(descriptor)
        return false
    }

    /// Closes the channel, whose connection is a lane's now, without a word to the client.
    func handedOff() {
        state.isOver()
        context?.close(mode: .all, promise: nil)
    }

    /// Serves a lane's stream through this channel from now on.
    func follow(_ subscriber: ChannelSubscriber) {
        guard let context, context.channel.isActive else { return subscriber.closed() }
        self.subscriber = subscriber
        state.streams()
        if state.version == .http1 { context.channel.closeWhenPeerVanishes() }
    }

    /// No lane took the stream.
    func unfollow() {
        state.streamsNoMore()
        subscriber = nil
    }

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        guard let context, state.isStreaming, let bytes = loop.buffer(block, range) else { return }
        context.write(wrapOutboundOut(.body(bytes)), promise: nil)
        guard isLast else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        state.ends()
        written.futureResult.assumeIsolated().whenComplete { _ in
            if self.state.ended() { self.closeStream() }
        }
        context.write(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// - Returns: whether more may be written at once.
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
        case .afterWrite:
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
        }
    }
}

@available(*, unavailable)
extension StreamRequestHandler: Sendable {}
