import NIOCore

/// A version of HTTP, as far as its bytes differ.
enum HTTPVersion: Sendable {
    case http1
    case http2

    /// What an HTTP/2 client that needs no negotiation begins with (RFC 9113, section 3.4).
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// - Returns: nil where more bytes are needed to tell.
    init?(beginning: some Collection<UInt8>) {
        guard beginning.starts(with: Self.preface) else {
            if Self.preface.starts(with: beginning) { return nil }
            self = .http1
            return
        }
        self = .http2
    }
}

/// Tells by the first bytes of a clear-text connection which version of HTTP it speaks, and makes its pipeline.
final class HTTPVersionDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let begin: (HTTPVersion, any Channel) throws -> Void
    /// What was read so far, given on when the version is known.
    private var read = ByteBuffer()

    /// - Parameter begin: adds the handlers that follow this one.
    init(begin: @escaping (HTTPVersion, any Channel) throws -> Void) {
        self.begin = begin
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if read.readableBytes == 0 { swap(&read, &bytes) } else { read.writeBuffer(&bytes) }
        guard let version = HTTPVersion(beginning: read.readableBytesView) else { return }
        do {
            try begin(version, context.channel)
            context.fireChannelRead(wrapInboundOut(read))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension HTTPVersionDetector: Sendable {}
