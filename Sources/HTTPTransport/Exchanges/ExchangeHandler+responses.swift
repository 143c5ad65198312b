import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The responses of the application and of the transport, as they are written.
extension ExchangeHandler {
    /// The bytes of a response's body that are written as one: their arrival is progress.
    private static let sliceSize = 32 * 1024

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
        if sendsContinue { writeContinue(context) }
        let body = state.mayWriteBody ? answer.body : []
        let written = tracked(nil, context)
        if state.endWritten() == .close {
            written.futureResult.assumeIsolated().whenComplete { _ in self.beginClose(context) }
        }
        plain.write(exchange.completed(answer.head, closes: closes), body, promise: written)
    }

    func writeContinue(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private func writeHead(_ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        // A live response has no length.
        let hasLength = head.headerFields.contains(.contentLength)
        let isLive = !hasLength && settings.timeouts.isLiveResponse(head)
        let isStreamed = !hasLength && head.status != .noContent
        let action = state.headWritten(head.status, isLive: isLive, isStreamed: isStreamed && !isLive)
        guard case .write(let exchange, let closes, let sendsContinue) = action else { return drop(promise) }
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
        guard !state.isLive else { return context.write(wrapOutboundOut(.body(bytes)), promise: promise) }
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
        let isLive = state.isLive
        guard let action = state.endWritten() else { return drop(promise) }
        let written = isLive ? promise ?? context.eventLoop.makePromise() : tracked(promise, context)
        if action == .close {
            written.futureResult.assumeIsolated().whenComplete { _ in self.beginClose(context) }
        }
        context.write(wrapOutboundOut(.end(trailers)), promise: written)
    }

    private func drop(_ promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.ioOnClosedChannel) }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        watch(context)
        report()
    }

    /// Writes the transport's own responses whose turn has come.
    func writeAnswers(_ context: ChannelHandlerContext) {
        var hasWritten = false
        while let answer = state.dueAnswer?.answer {
            hasWritten = true
            writeHead(answer.head, context, nil)
            if !answer.body.isEmpty { writeBody(ByteBuffer(bytes: answer.body), context, nil) }
            writeEnd(nil, context, trackedAnswer(context))
        }
        guard hasWritten else { return }
        flush(context: context)
    }
}
