import NIOCore

/// Joins the flushes of one turn of the event loop into one: a hundred streams of a connection that are written in the
/// same turn cost a few TLS records and one system call instead of a hundred.
final class FlushConsolidationHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isFlushPending = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        flushPending()
        self.context = nil
    }

    func flush(context: ChannelHandlerContext) {
        guard !isFlushPending else { return }
        isFlushPending = true
        context.eventLoop.assumeIsolated().execute { self.flushPending() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushPending()
        context.close(mode: mode, promise: promise)
    }

    private func flushPending() {
        guard isFlushPending else { return }
        isFlushPending = false
        context?.flush()
    }
}

@available(*, unavailable)
extension FlushConsolidationHandler: Sendable {}
