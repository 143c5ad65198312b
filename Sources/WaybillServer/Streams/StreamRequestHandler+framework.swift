import NIOCore
import NIOHTTPTypes

/// What the framework does on the channel, and what may be done against it.
extension StreamRequestHandler {
    func read(context: ChannelHandlerContext) {
        if held == nil { context.read() } else { isReadHeld = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        unanswered -= 1
        guard unanswered == 0, held != nil else { return }
        context.eventLoop.assumeIsolated().execute { self.release() }
    }

    /// Once a stream is on the channel, it is not the framework's to close.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .watching = state { return context.close(mode: mode, promise: promise) }
        promise?.succeed()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ForceClose else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: promise)
    }

    /// Goes on with what waited for the framework's answers.
    private func release() {
        guard let context, let parts = held else { return }
        held = nil
        for part in parts { channelRead(context: context, data: wrapInboundOut(part)) }
        guard held == nil, isReadHeld else { return }
        isReadHeld = false
        context.read()
    }
}

/// Asks a channel to close whatever is under way, streams included.
struct ForceClose: Sendable {}
