import HTTPTransport
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Writes the parts of a response to a request for a stream. Used on the channel's event loop.
struct StreamResponseWriter {
    /// The time that a client has to take the response's end.
    private static let endDeadline = StreamRequestHandler.writeDeadline
    /// The time that a client has to close its connection after the response's end.
    private static let peerCloseDeadline = TimeAmount.seconds(1)

    let version: HTTPConnection.Version

    /// Writes the head of a stream, without a flush.
    func writeHead(to context: ChannelHandlerContext) {
        var fields = StreamResponse.fields
        fields[.date] = HTTPDate.now
        writeHead(.ok, fields, to: context)
    }

    /// Writes a whole response by another status than 200, but for its end and without a flush.
    func write(_ refusal: SubscriptionRefusal, to context: ChannelHandlerContext) {
        writeHead(refusal.status, refusal.completeFields, to: context)
        write(refusal.body, to: context)
    }

    private func writeHead(_ status: HTTPResponse.Status, _ fields: HTTPFields, to context: ChannelHandlerContext) {
        var fields = fields
        // A proxy must not keep the connection for other requests.
        if version != .http2 { fields[.connection] = "close" }
        context.write(wrap(.head(HTTPResponse(status: status, headerFields: fields))), promise: nil)
    }

    /// Writes bytes of the body, without a flush.
    func write(_ bytes: [UInt8], to context: ChannelHandlerContext) {
        write(ByteBuffer(bytes: bytes), to: context)
    }

    func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        context.write(wrap(.body(bytes)), promise: promise)
    }

    /// Writes the end of the body, without a flush.
    func writeEnd(to context: ChannelHandlerContext, promise: EventLoopPromise<Void>) {
        context.write(wrap(.end(nil)), promise: promise)
    }

    /// Sends the response's end, and closes an HTTP/1.1 connection after it.
    func finish(on context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        writeEnd(to: context, promise: written)
        context.flush()
        guard case .http1(let isSecure) = version else { return }
        written.futureResult.assumeIsolated().whenComplete { result in
            guard case .success = result, !isSecure else { return context.close(promise: nil) }
            // Unread bytes would turn a close into a TCP reset, and lose the response's end.
            context.close(mode: .output, promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.peerCloseDeadline) {
                context.close(promise: nil)
            }
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.endDeadline) { context.close(promise: nil) }
    }

    private func wrap(_ part: HTTPResponsePart) -> NIOAny { NIOAny(part) }
}
