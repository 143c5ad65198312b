import NIOCore
import NIOHTTP1

/// Answers HTTP/1.0 in its own tongue where the body's length is not known: no chunks, and the connection's end is the
/// body's (RFC 9112, sections 6.1 and 6.3). The framework's own types do not tell the version.
final class HTTP10ResponseHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The request being answered is HTTP/1.0.
    private(set) var isHTTP10 = false
    /// Its response ends with the connection.
    private var endsConnection = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { isHTTP10 = head.version == .http1_0 }
        context.fireChannelRead(data)
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
