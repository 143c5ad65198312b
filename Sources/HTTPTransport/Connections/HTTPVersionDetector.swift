import NIOCore

/// Detects the HTTP version of a clear-text connection by its first bytes, and completes the connection's pipeline.
final class HTTPVersionDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let configure: (HTTPVersion, any Channel) throws -> Void
    /// The bytes read so far, which go to the next handler once the version is known.
    private var buffered = ByteBuffer()

    /// - Parameter configure: adds the handlers that follow this one.
    init(configure: @escaping (HTTPVersion, any Channel) throws -> Void) {
        self.configure = configure
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if buffered.readableBytes == 0 { swap(&buffered, &bytes) } else { buffered.writeBuffer(&bytes) }
        guard let version = HTTPVersion(firstBytes: buffered.readableBytesView) else { return }
        do {
            try configure(version, context.channel)
            context.fireChannelRead(wrapInboundOut(buffered))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension HTTPVersionDetector: Sendable {}
