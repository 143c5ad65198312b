import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// The timeouts of one HTTP/2 stream, which has no socket of its own to watch: closes the stream when the client does
/// not end its request or takes nothing of a live response. It also removes HTTP/1.1's connection field from responses.
final class HTTP2StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let timeouts: ConnectionTimeouts
    /// The memory for the headers of requests.
    private let heads: MemoryBudget
    /// The memory that is taken for this request's header.
    private var headMemory = 0
    private var isRequestComplete = false
    private var hasSentHead = false
    private var hasSentEnd = false
    /// True once a live response has begun. `ExchangeHandler` watches the others.
    private var isLive = false
    /// Runs while the rest of the request is awaited, or while the client takes nothing of a live response.
    private var timer: Scheduled<Void>?

    /// - Parameter heads: the memory for the headers of requests that are being answered.
    init(_ timeouts: ConnectionTimeouts, heads: MemoryBudget) {
        self.timeouts = timeouts
        self.heads = heads
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        giveHeadBack()
    }

    private func giveHeadBack() {
        heads.give(headMemory)
        headMemory = 0
    }

    /// The memory that a request's header takes.
    static func memory(of request: HTTPRequest) -> Int {
        request.headerFields.reduce(into: 0) { $0 += 64 + $1.value.utf8.count }
    }

    /// Takes memory for a header.
    ///
    /// - Returns: false where it is used up, and the stream is refused: the client may send its request again
    ///   (RFC 9113, section 8.7).
    private func takes(_ request: HTTPRequest, _ context: ChannelHandlerContext) -> Bool {
        let memory = Self.memory(of: request)
        guard heads.take(memory) else {
            context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: .refusedStream), promise: nil)
            return false
        }
        headMemory = memory
        return true
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request): guard takes(request, context) else { return }
        case .body: break
        case .end:
            isRequestComplete = true
            if !hasSentHead { timer?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Once the response has begun, the client may send the rest of its request as slowly as it reads the response.
        if !isRequestComplete, !hasSentHead { scheduleClose(context, in: timeouts.idle) }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if hasSentHead, !hasSentEnd { timer?.cancel() }
        } else {
            watchLiveResponse(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            // An interim response, such as `100 Continue`.
            guard head.status.kind != .informational else { return context.write(data, promise: promise) }
            hasSentHead = true
            isLive = timeouts.isLiveResponse(head)
            if isLive { giveHeadBack() }
            timer?.cancel()
            // A client may open no window from the beginning.
            if !context.channel.isWritable { watchLiveResponse(context) }
            // Connection-specific fields are not allowed in HTTP/2 (RFC 9113, section 8.2.2).
            head.headerFields[.connection] = nil
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            hasSentEnd = true
            watchLiveResponse(context)
            guard !isRequestComplete else { return context.write(data, promise: promise) }
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { [self] in scheduleRequestReset(context) }
            context.write(data, promise: written)
        }
    }

    /// Resets the stream with `NO_ERROR` after a while, so that the client stops sending a request that nobody reads
    /// (RFC 9113, section 8.1). Some clients drop the response where the reset comes at once.
    private func scheduleRequestReset(_ context: ChannelHandlerContext) {
        guard !isRequestComplete else { return }
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeouts.requestRemainder) { [self] in
            guard !isRequestComplete else { return }
            context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError), promise: nil)
        }
    }

    private func watchLiveResponse(_ context: ChannelHandlerContext) {
        if isLive { scheduleClose(context, in: timeouts.liveResponseStall) }
    }

    private func scheduleClose(_ context: ChannelHandlerContext, in time: TimeAmount) {
        timer?.cancel()
        // Closes from this handler on, since handlers behind it keep a stream open whose response is under way.
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}

@available(*, unavailable)
extension HTTP2StreamHandler: Sendable {}
