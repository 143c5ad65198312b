import HTTPTypes
import LiveStreams
import NIOCore
import NIOHTTPTypes

/// What the front itself says: the head, the beginning, or why there is no stream.
extension StreamRequestHandler {
    private var head: HTTPResponse {
        var fields = StreamRoutes.fields
        fields[.date] = loop.date
        // Nothing follows a stream on its connection, which a proxy must not keep for other requests.
        if transport != .http2 { fields[.connection] = "close" }
        return HTTPResponse(status: .ok, headerFields: fields)
    }

    /// Writes bytes of the body, and the head before the first of them.
    func send(_ bytes: [UInt8], promise: EventLoopPromise<Void>) {
        guard let context, case .opening = state else { return promise.fail(SinkClosed()) }
        if !isHeadSent {
            isHeadSent = true
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: promise)
    }

    func finish(_ bytes: [UInt8]) {
        guard let context, case .opening = state else { return }
        if !isHeadSent { context.write(wrapOutboundOut(.head(head)), promise: nil) }
        if !bytes.isEmpty { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil) }
        end(context)
    }

    func refuse(_ problem: Problem) {
        guard let context, case .opening = state else { return }
        guard !isHeadSent else { return context.close(promise: nil) }
        let body = problem.json
        var fields = problem.fields
        fields[.date] = loop.date
        fields[.contentLength] = String(body.count)
        if transport != .http2 { fields[.connection] = "close" }
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: problem.status, headerFields: fields))),
            promise: nil
        )
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        end(context)
    }

    /// The response ends here, and the connection with it, where it is HTTP/1.1.
    private func end(_ context: ChannelHandlerContext) {
        state = .over
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        guard transport != .http2 else { return }
        written.futureResult.assumeIsolated().whenComplete { [transport] result in
            guard case .success = result, transport == .http1(isSecure: false) else {
                return context.close(promise: nil)
            }
            // Unread bytes would turn a close into a reset, and lose what was said.
            context.close(mode: .output, promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.linger) { context.close(promise: nil) }
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }
}
