import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// What an HTTP/2 stream needs besides its messages: an end to requests that are not finished and to answers that are not
/// taken, for which there is no socket of its own to look at; and answers without what belongs to HTTP/1.1 alone.
final class HTTP2StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let timeouts: ConnectionTimeouts
    private var isRequestWhole = false
    private var isAnswering = false
    private var isAnswered = false
    /// How long the client may take nothing.
    private var patience: TimeAmount
    /// What is waited for: the rest of the request, or that the client takes something of the answer.
    private var timer: Scheduled<Void>?

    init(_ timeouts: ConnectionTimeouts) {
        self.timeouts = timeouts
        patience = timeouts.untaken
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) {
            isRequestWhole = true
            if !isAnswering { timer?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // An answer that is under way may be what the client waits for.
        if !isRequestWhole, !isAnswering { close(context, in: timeouts.idle) }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if isAnswering, !isAnswered { timer?.cancel() }
        } else {
            close(context, in: patience)
        }
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            isAnswering = true
            if head.headerFields[.contentType] == "text/event-stream" { patience = timeouts.stalled }
            // A client may open no window from the beginning.
            if context.channel.isWritable { timer?.cancel() } else { close(context, in: patience) }
            // Nothing of one connection's own may stand there (RFC 9113, section 8.2.2).
            head.headerFields[.connection] = nil
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            isAnswered = true
            close(context, in: patience)
            guard !isRequestWhole else { return context.write(data, promise: promise) }
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { [self] in stopRequest(context) }
            context.write(data, promise: written)
        }
    }

    /// The client may stop sending what nobody will read (RFC 9113, section 8.1). Told at once, some would not look at the
    /// answer that came with it.
    private func stopRequest(_ context: ChannelHandlerContext) {
        guard !isRequestWhole else { return }
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeouts.unread) { [self] in
            guard !isRequestWhole else { return }
            context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError), promise: nil)
        }
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) {
        timer?.cancel()
        // From here, not through the handlers behind, which keep others from closing a stream that is under way.
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}

@available(*, unavailable)
extension HTTP2StreamHandler: Sendable {}
