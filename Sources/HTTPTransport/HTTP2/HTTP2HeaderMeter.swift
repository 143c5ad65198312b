import NIOCore

/// Bounds the memory of header blocks that are not complete. Stands before the decoder of an HTTP/2 connection.
final class HTTP2HeaderMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let header: PendingHeader
    private var bytes = HTTP2HeaderBytes()

    init(_ header: PendingHeader) {
        self.header = header
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.receive(unwrapInboundIn(data).readableBytesView)
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        header.update(bytes: bytes.pending, isDue: true, on: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) { header.end(on: context.eventLoop) }
}

@available(*, unavailable)
extension HTTP2HeaderMeter: Sendable {}
