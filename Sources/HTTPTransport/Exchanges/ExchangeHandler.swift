import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Gives every response its identifier and its fields for other origins, keeps bodies back until the application wants
/// them, answers what no application needs to see, and closes what does not go on. The same for an HTTP/1.1 connection
/// and for a stream of HTTP/2.
///
/// Deadlines count from the last progress: bytes of a body that came, or bytes of a response that the system took.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The bytes of a response's body that are written as one: their arrival is progress.
    private static let sliceSize = 32 * 1024

    private let settings: ExchangeSettings
    private let isSecure: Bool
    private let activity: ConnectionActivity
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
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?

    init(
        _ version: HTTPConnection.Version,
        _ settings: ExchangeSettings,
        activity: ConnectionActivity,
        now: NIODeadline
    ) {
        self.settings = settings
        progress = ExchangeProgress(now: now)
        self.activity = activity
        isSecure = version != .http1(isSecure: false)
        state = ExchangeState(version == .http2 ? .http2 : .http1)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        timer?.task.cancel()
        timer = nil
        activity.move(from: &phase, to: .waiting)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress.note(now: context.eventLoop.now)
        let part = unwrapInboundIn(data)
        if case .head(var request) = part {
            guard state.takesRequests else { return }
            if state.begin(makeExchange(&request)) { context.fireChannelRead(wrapInboundOut(.head(request))) }
            writeAnswers(context)
        } else {
            switch state.received(part) {
            case .none: break
            case .pass(let parts): for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
            case .close: return context.close(promise: nil)
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

    private func makeExchange(_ request: inout HTTPRequest) -> Exchange {
        let fields = request.headerFields
        let requestId = RequestIdentifier.choose(fields[.requestId])
        // Without either field an HTTP/1.1 request has no body (RFC 9112, section 6.3).
        let hasNoBody = state.version == .http1 && fields[.transferEncoding] == nil
        request.headerFields[.assignedRequestId] = requestId
        return Exchange(
            requestId: requestId,
            fields: settings.crossOrigins?.fields(for: request) ?? [:],
            isHead: request.method == .head,
            expectsContinue: fields[.expect].map { $0.lowercased() == "100-continue" } ?? false,
            asksForClose: state.version == .http1 && ConnectionTokens.contain("close", in: fields),
            declaredLength: fields[.contentLength].map { Int($0) } ?? (hasNoBody ? 0 : nil),
            answer: answer(to: request)
        )
    }

    /// The response to a request that the application does not get.
    private func answer(to request: HTTPRequest) -> TransportAnswer? {
        if request.method == .connect { return settings.faults(.connectMethod) }
        if let answer = settings.crossOrigins?.answer(toPreflight: request) { return answer }
        // The server as a whole (RFC 9110, section 9.3.7).
        guard request.path == "*" else { return nil }
        guard request.method == .options else { return settings.faults(.malformedRequest) }
        return TransportAnswer(status: .noContent, fields: [.allow: "GET, HEAD, POST, DELETE, OPTIONS"])
    }

    /// Lets the application have the body of the request that it answers.
    private func passBody(_ context: ChannelHandlerContext) {
        let (parts, sendsContinue) = state.bodyWanted()
        progress.note(now: context.eventLoop.now)
        if sendsContinue {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
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

    private func writeHead(_ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let isLive = settings.timeouts.isLiveResponse(head)
        guard case .write(let exchange, let closes) = state.headWritten(head.status, isLive: isLive) else {
            return drop(promise)
        }
        self.isLive = isLive
        var head = head
        if !exchange.fields.isEmpty { head.headerFields.append(contentsOf: exchange.fields) }
        head.headerFields[.requestId] = exchange.requestId
        if closes { head.headerFields[.connection] = "close" }
        // Without a length the encoder would announce chunks, and write the last of them.
        if exchange.isHead, head.headerFields[.contentLength] == nil { head.headerFields[.contentLength] = "0" }
        // Such a response has no body, and so no length (RFC 9110, section 8.6).
        if head.status == .noContent { head.headerFields[.contentLength] = nil }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
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
            var fields = answer.fields
            if answer.status != .noContent { fields[.contentLength] = String(answer.body.count) }
            writeHead(HTTPResponse(status: answer.status, headerFields: fields), context, nil)
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
        let exchange = Exchange(
            requestId: RequestIdentifier.make(),
            fields: settings.crossOrigins == nil ? [:] : [.vary: "Origin"],
            answer: settings.faults(.malformedRequest)
        )
        if state.inputBroke(exchange) {
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

    /// Sees to it that a timer runs out at the next deadline.
    private func watch(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, let deadline else { return }
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired(context) }
        timer = (deadline, task)
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        guard let deadline else { return }
        guard deadline <= context.eventLoop.now else { return watch(context) }
        guard isBodyAwaited, !hasToldOfStall, !state.isResponding else { return context.close(promise: nil) }
        hasToldOfStall = true
        progress.note(now: context.eventLoop.now)
        context.fireErrorCaught(RequestBodyError.stalled)
        watch(context)
    }

    /// True while the application waits for the rest of a body, and the client for nothing.
    private var isBodyAwaited: Bool { state.isReceivingBody && isReading && !isLive }

    private var deadline: NIODeadline? {
        progress.deadline(
            bodyTimeout: isBodyAwaited ? settings.timeouts.requestStall : nil,
            remainderTimeout: state.isDropping ? settings.timeouts.requestRemainderStall : nil,
            responseTimeout: settings.timeouts.responseStall
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
