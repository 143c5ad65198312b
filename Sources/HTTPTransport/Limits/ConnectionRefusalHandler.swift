import HTTPTypes
import NIOCore

/// Answers a connection for which there is no place, and closes it. A client of TLS gets no answer.
final class ConnectionRefusalHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny
    typealias OutboundOut = ByteBuffer

    private let answer: TransportAnswer?

    /// - Parameter answer: nil for a connection over TLS.
    init(_ answer: TransportAnswer?) {
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        if let answer { context.writeAndFlush(wrapOutboundOut(Self.bytes(of: answer)), promise: nil) }
        context.close(promise: nil)
    }

    private static func bytes(of answer: TransportAnswer) -> ByteBuffer {
        var text = "HTTP/1.1 \(answer.status.code) \(answer.status.reasonPhrase)\r\n"
        for field in answer.fields { text += "\(field.name): \(field.value)\r\n" }
        text += "Date: \(HTTPDate.now)\r\nX-Request-Id: \(RequestIdentifier.make())\r\n"
        text += "Content-Length: \(answer.body.count)\r\nConnection: close\r\n\r\n"
        var bytes = ByteBuffer(string: text)
        bytes.writeBytes(answer.body)
        return bytes
    }
}

@available(*, unavailable)
extension ConnectionRefusalHandler: Sendable {}
