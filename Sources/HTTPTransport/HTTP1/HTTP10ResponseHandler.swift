import NIOCore
import NIOHTTP1

/// Serves HTTP/1.0 clients: writes responses of unknown length for them, and notes what their version implies.
///
/// Without chunks, the end of the connection ends the body (RFC 9112, sections 6.1 and 6.3). Hummingbird does not carry
/// the version.
final class HTTP10ResponseHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// True while the request being answered is HTTP/1.0.
    private(set) var isHTTP10 = false
    /// True while the response under way ends with the connection.
    private var endsConnection = false

    /// The request that is read next is HTTP/1.1, and does not come through this handler.
    func requestBypasses() { isHTTP10 = false }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        isHTTP10 = head.version == .http1_0
        guard isHTTP10 else { return context.fireChannelRead(data) }
        // Without keep-alive the connection ends with the response. There is no interim response. Others may have read
        // another length than that of the chunks, which HTTP/1.0 does not have (RFC 9112, section 6.1).
        if !head.isKeepAlive || head.headers.contains(name: "transfer-encoding") {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        head.headers.remove(name: "expect")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where isHTTP10 && !head.headers.contains(name: "content-length"):
            endsConnection = true
            head.version = .http1_0
            head.headers.replaceOrAdd(name: "connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where endsConnection:
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            written.futureResult.whenComplete { [channel = context.channel] _ in channel.close(promise: nil) }
            context.writeAndFlush(data, promise: written)
        default: context.write(data, promise: promise)
        }
    }
}

@available(*, unavailable)
extension HTTP10ResponseHandler: Sendable {}
