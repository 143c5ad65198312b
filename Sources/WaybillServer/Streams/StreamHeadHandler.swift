import NIOCore
import NIOHTTP1

/// Holds a stream's head back until the stream's first bytes come, which are on their way: one packet and one system call
/// for both, here and at the client.
final class StreamHeadHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var isHolding = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head(let head) = unwrapOutboundIn(data) {
            isHolding = head.headers.first(name: "content-type") == "text/event-stream"
        } else {
            isHolding = false
        }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        if !isHolding { context.flush() }
    }
}

@available(*, unavailable)
extension StreamHeadHandler: Sendable {}
