import NIOCore

/// Gathers what the streams of a connection send in one turn of the event loop: an event that goes to a hundred streams of
/// one connection is then a few TLS records and one system call, not a hundred.
final class FlushConsolidationHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isPending = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        release()
        self.context = nil
    }

    func flush(context: ChannelHandlerContext) {
        guard !isPending else { return }
        isPending = true
        context.eventLoop.assumeIsolated().execute { self.release() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        release()
        context.close(mode: mode, promise: promise)
    }

    private func release() {
        guard isPending else { return }
        isPending = false
        context?.flush()
    }
}

@available(*, unavailable)
extension FlushConsolidationHandler: Sendable {}
