import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Gives every response its identifier and its fields for other origins, keeps bodies back until the application wants
/// them, answers what no application needs to see, and closes what does not go on. The same for an HTTP/1.1 connection
/// and for a stream of HTTP/2.
///
/// Deadlines count from the last progress: a part of a request that came, or bytes of a response that the system took.
final class ExchangeHandler: ChannelDuplexHandler, WholeExchanges {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The bytes of a response's body that are written as one: their arrival is progress.
    private static let sliceSize = 32 * 1024

    private let settings: ExchangeSettings
    private let isSecure: Bool
    private let exchanges: ExchangeFactory
    private let activity: ConnectionActivity
    private let connection: CountedConnection
    private var phase = ConnectionActivity.Phase.waiting
    private var state: ExchangeState
    /// True while a read is requested and held.
    private var isReadHeld = false
    /// True from a request to read until bytes have come.
    private var isReading = false
    /// True while the response that is being written is live. The stream's own handlers watch its client.
    private var isLive = false
    private var hasToldOfStall = false
    /// The transport's own responses that the system has not taken yet. Nobody else holds back for them.
    private var unsentAnswers = 0
    private var progress: ExchangeProgress
    private let timer = DeadlineTimer()
    private var context: ChannelHandlerContext?
    /// Writes whole responses of an HTTP/1.1 connection.
    private var plainResponses: PlainResponseHandler?
    var receiver: (any WholeRequestReceiver)?

    init(
        _ version: HTTPConnection.Version,
        _ settings: ExchangeSettings,
        activity: ConnectionActivity,
        connection: CountedConnection,
        now: NIODeadline
    ) {
        self.settings = settings
        progress = ExchangeProgress(now: now)
        self.activity = activity
        self.connection = connection
        isSecure = version != .http1(isSecure: false)
        let version = version == .http2 ? ExchangeState.Version.http2 : .http1
        exchanges = ExchangeFactory(version, settings)
        state = ExchangeState(version)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        (self.context, receiver, plainResponses) = (nil, nil, nil)
    }

    /// Takes whole requests and writes whole responses past the handlers that turn them into parts.
    func bypass(_ requests: PlainRequestHandler, _ responses: PlainResponseHandler) {
        requests.exchanges = self
        plainResponses = responses
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        timer.cancel()
        activity.move(from: &phase, to: .waiting)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { read(unwrapInboundIn(data), context) }

    /// Takes a request that has come whole.
    func receive(_ request: HTTPRequest, body: ByteBuffer?) {
        guard let context else { return }
        progress.note(now: context.eventLoop.now)
        if state.takesRequests {
            var request = request
            let exchange = exchanges.exchange(for: &request)
            if give(request, body, exchange) { return }
            begin(request, exchange, context)
        }
        if let body { read(.body(body), context) }
        read(.end(nil), context)
    }

    /// Gives a whole request to the receiver.
    ///
    /// - Returns: false where there is none, or where it does not take the request.
    private func give(_ request: HTTPRequest, _ body: ByteBuffer?, _ exchange: Exchange) -> Bool {
        guard let receiver, exchange.answer == nil, receiver.takes(request) else { return false }
        state.beginWhole(exchange)
        receiver.receive(body: body)
        report()
        return true
    }

    private func begin(_ request: HTTPRequest, _ exchange: Exchange, _ context: ChannelHandlerContext) {
        if state.begin(exchange) { context.fireChannelRead(wrapInboundOut(.head(request))) }
        writeAnswers(context)
    }

    private func read(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        progress.note(now: context.eventLoop.now)
        if case .head(var request) = part {
            guard state.takesRequests else { return }
            let exchange = exchanges.exchange(for: &request)
            begin(request, exchange, context)
        } else {
            switch state.received(part) {
            case .none: break
            case .pass(let parts): for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
            case .close: return close(context, for: .bodyBytes)
            }
            if state.isClosing, state.isRequestComplete { beginClose(context) }
        }
        report()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        guard mayRead(context) else {
            isReadHeld = true
            return
        }
        isReading = true
        context.read()
        watch(context)
        report()
    }

    /// Lets the application have the body of the request that it answers.
    private func passBody(_ context: ChannelHandlerContext) {
        let (parts, sendsContinue) = state.bodyWanted()
        progress.note(now: context.eventLoop.now)
        if sendsContinue {
            writeContinue(context)
            context.flush()
        }
        for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
        if !parts.isEmpty { context.fireChannelReadComplete() }
        releaseRead(context)
    }

    /// False while a body is not wanted yet, and while the client does not take the transport's own responses.
    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        !state.isHolding && (unsentAnswers == 0 || context.channel.isWritable)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        releaseRead(context)
        context.fireChannelWritabilityChanged()
    }

    private func releaseRead(_ context: ChannelHandlerContext) {
        guard isReadHeld, mayRead(context) else { return }
        isReadHeld = false
        read(context: context)
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): writeHead(head, context, promise)
        case .body(let bytes): writeBody(bytes, context, promise)
        case .end(let trailers):
            writeEnd(trailers, context, promise)
            writeAnswers(context)
            releaseRead(context)
        }
        report()
    }

    func answer(_ answer: TransportAnswer) {
        guard let context else { return }
        let plain = plainResponses.flatMap { $0.takes(answer) ? $0 : nil }
        if let plain {
            writeWhole(answer, by: plain, context)
        } else {
            writeHead(answer.head, context, nil)
            writeBody(ByteBuffer(bytes: answer.body), context, nil)
            writeEnd(nil, context, nil)
        }
        writeAnswers(context)
        releaseRead(context)
        if let plain { plain.flush() } else { context.flush() }
        watch(context)
        report()
    }

    /// Writes a response in one piece.
    private func writeWhole(
        _ answer: TransportAnswer,
        by plain: PlainResponseHandler,
        _ context: ChannelHandlerContext
    ) {
        let action = state.headWritten(answer.status, isLive: false)
        guard case .write(let exchange, let closes, let sendsContinue) = action else { return }
        isLive = false
        if sendsContinue { writeContinue(context) }
        let body = state.mayWriteBody ? answer.body : []
        let written = tracked(nil, context)
        if state.endWritten() == .close {
            written.futureResult.assumeIsolated().whenComplete { _ in self.beginClose(context) }
        }
        plain.write(exchange.completed(answer.head, closes: closes), body, promise: written)
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private func writeHead(_ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        // A live response has no length.
        let hasLength = head.headerFields.contains(.contentLength)
        let isLive = !hasLength && settings.timeouts.isLiveResponse(head)
        let isStreamed = !hasLength && head.status != .noContent
        let action = state.headWritten(head.status, isLive: isLive, isStreamed: isStreamed && !isLive)
        guard case .write(let exchange, let closes, let sendsContinue) = action else { return drop(promise) }
        self.isLive = isLive
        if sendsContinue { writeContinue(context) }
        context.write(wrapOutboundOut(.head(exchange.completed(head, closes: closes))), promise: promise)
        if isLive { releaseRead(context) }
    }

    private func writeBody(
        _ bytes: ByteBuffer,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        // A response to HEAD ends without its body. After the last response nobody reads.
        guard state.mayWriteBody else { return state.isResponding ? promise?.succeed() ?? () : drop(promise) }
        guard !isLive else { return context.write(wrapOutboundOut(.body(bytes)), promise: promise) }
        var rest = bytes
        while rest.readableBytes > 2 * Self.sliceSize, let slice = rest.readSlice(length: Self.sliceSize) {
            context.write(wrapOutboundOut(.body(slice)), promise: tracked(nil, context))
        }
        context.write(wrapOutboundOut(.body(rest)), promise: tracked(promise, context))
    }

    private func writeEnd(
        _ trailers: HTTPFields?,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        guard let action = state.endWritten() else { return drop(promise) }
        let written = isLive ? promise ?? context.eventLoop.makePromise() : tracked(promise, context)
        isLive = false
        if action == .close {
            written.futureResult.assumeIsolated().whenComplete { _ in self.beginClose(context) }
        }
        context.write(wrapOutboundOut(.end(trailers)), promise: written)
    }

    /// Counts a part of a response until the system has taken it.
    private func tracked(
        _ promise: EventLoopPromise<Void>?,
        _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void> {
        let promise = promise ?? context.eventLoop.makePromise()
        progress.partWritten(now: context.eventLoop.now)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.progress.partSent(now: context.eventLoop.now)
        }
        return promise
    }

    private func drop(_ promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.ioOnClosedChannel) }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        watch(context)
        report()
    }

    /// Writes the transport's own responses whose turn has come.
    private func writeAnswers(_ context: ChannelHandlerContext) {
        var hasWritten = false
        while let answer = state.dueAnswer?.answer {
            hasWritten = true
            writeHead(answer.head, context, nil)
            if !answer.body.isEmpty { writeBody(ByteBuffer(bytes: answer.body), context, nil) }
            let sent = context.eventLoop.makePromise(of: Void.self)
            unsentAnswers += 1
            sent.futureResult.assumeIsolated().whenComplete { _ in self.unsentAnswers -= 1 }
            writeEnd(nil, context, sent)
        }
        guard hasWritten else { return }
        flush(context: context)
    }

    // MARK: Events

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is RequestBodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        passBody(context)
        promise?.succeed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if state.isClosing, event as? ChannelEvent == .inputClosed { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // More bytes behind broken ones. The client gets the time to read the response to those.
        if error is ByteToMessageDecoderError, !state.takesRequests { return }
        guard state.version == .http1, !isLive, error is HTTPParserError || error is HTTP1TypeConversionError else {
            return context.fireErrorCaught(error)
        }
        guard state.takesRequests else { return }
        // A client that leaves in the middle of a request has closed the connection itself.
        if error as? HTTPParserError != .invalidEOFState { connection.note(.malformed) }
        if state.inputBroke(exchanges.exchangeForMalformedBytes()) {
            context.fireErrorCaught(RequestBodyError.broken)
        } else {
            writeAnswers(context)
            if !state.owesResponse { beginClose(context) }
        }
        report()
    }

    // MARK: Deadlines

    /// Ends a connection whose last response is sent. The client may close first, and gets the time to read the
    /// response: bytes that nobody has read would turn a close into a reset.
    private func beginClose(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let isComplete = state.isRequestComplete
        if isSecure, isComplete { return context.close(promise: nil) }
        if !isSecure, progress.closeDeadline == nil { context.close(mode: .output, promise: nil) }
        let time = isComplete ? settings.timeouts.peerClose : settings.timeouts.refusedBody
        progress.close(at: context.eventLoop.now + time)
        watch(context)
    }

    /// Sees to it that the timer runs out at the next deadline.
    private func watch(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, let next else { return }
        timer.run(until: next.deadline, on: context.eventLoop) { self.timerFired(context) }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        guard let next else { return }
        guard next.deadline <= context.eventLoop.now else { return watch(context) }
        guard isBodyAwaited, !hasToldOfStall, !state.isResponding else { return close(context, for: next.reason) }
        hasToldOfStall = true
        progress.note(now: context.eventLoop.now)
        context.fireErrorCaught(RequestBodyError.stalled)
        watch(context)
    }

    /// - Parameter reason: counted where the whole connection closes; nil where it has ended in order.
    private func close(_ context: ChannelHandlerContext, for reason: ConnectionMetrics.CloseReason?) {
        if state.version == .http1, let reason { connection.note(reason) }
        context.close(promise: nil)
    }

    /// True while the application waits for the rest of a body, and the client for nothing.
    private var isBodyAwaited: Bool { state.isReceivingBody && isReading && !isLive }

    private var next: ExchangeProgress.Next? {
        progress.next(
            isRequestComplete: state.isRequestComplete,
            bodyTimeout: isBodyAwaited ? settings.timeouts.requestStall : nil,
            remainderTimeout: state.isDropping ? settings.timeouts.requestRemainderStall : nil,
            responseTimeout: settings.timeouts.responseStall,
            // An HTTP/2 stream ends with its response.
            idleTimeout: state.version == .http1 && !state.owesResponse ? settings.timeouts.idle : nil
        )
    }

    /// Tells the connection's activity whether the client's turn has come.
    private func report() {
        let isClientsTurn = !state.owesResponse || isBodyAwaited || progress.isUnsent
        activity.move(from: &phase, to: isLive ? .live : isClientsTurn ? .waiting : .working)
    }
}

@available(*, unavailable)
extension ExchangeHandler: Sendable {}
