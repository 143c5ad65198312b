import HTTPTypes
import LiveStreams
import NIOCore
import NIOHTTPTypes

/// What comes in.
extension StreamRequestHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch state {
        case .watching:
            if held != nil { held?.append(part) } else { take(part, context) }
        case .opening, .streaming: drop(part, context)
        case .over: break
        }
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if case .head(let request) = part {
            stopWaiting()
            if let target = StreamTarget(request) {
                guard unanswered == 0 else { return held = [part] }
                return open(target, request, context)
            }
            unanswered += 1
        }
        guard enterFramework(context) else { return }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func enterFramework(_ context: ChannelHandlerContext) -> Bool {
        guard !isFrameworkThere else { return true }
        stopWaiting()
        do {
            try framework.install(context.channel, idleTimeout: transport == .http2 ? nil : idleTimeout)
            isFrameworkThere = true
        } catch {
            context.close(promise: nil)
        }
        return isFrameworkThere
    }

    /// What a client sends on its stream means nothing.
    private func drop(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let request): received += 256 + (request.path?.utf8.count ?? 0)
        case .body(let buffer): received += buffer.readableBytes
        case .end: break
        }
        if received > Self.mostReceived { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let isWatching = if case .watching = state { true } else { false }
        switch event {
        case is ChannelShouldQuiesceEvent where !isWatching:
            // The hub ends streams.
            break
        case is ChannelShouldQuiesceEvent where !isFrameworkThere && transport != .http2:
            context.close(promise: nil)
        case let event as ChannelEvent
        where event == .inputClosed && transport != .http2 && !(isWatching && isFrameworkThere):
            // A client that has closed its side, even only for sending, has left: as for other servers of streams.
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .watching = state, transport != .http2 {
            held = nil
            // The framework says what is wrong with a request that is none.
            guard enterFramework(context) else { return }
            return context.fireErrorCaught(error)
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        if case .streaming(let outlet) = state { outlet.closed() }
        state = .over
        held = nil
        context.fireChannelInactive()
    }
}
