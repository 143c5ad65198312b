import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Writes a response of known length to a client of HTTP/1.1 past the encoder, head and body in one piece. All other
/// responses go to the encoder, which writes the same bytes.
final class PlainResponseHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = IOData

    /// The most bytes of a body that are copied behind the head.
    private static let copiedByteCount = 8 * 1024

    private let versions: HTTP10ResponseHandler
    /// The last handler that is passed by.
    private var last: ChannelHandlerContext?
    /// True while the response that is being written passes by the encoder.
    private var isPassing = false
    /// The head of the response, and the promise of its write, until they are written with what follows.
    private var head: (bytes: ByteBuffer, written: EventLoopPromise<Void>?)?

    /// - Parameter versions: knows the version of the request.
    init(versions: HTTP10ResponseHandler) {
        self.versions = versions
    }

    /// Passes responses by the handlers up to and with this one.
    func bypass(to last: ChannelHandlerContext) { self.last = last }

    func handlerRemoved(context: ChannelHandlerContext) {
        last = nil
        head?.written?.fail(ChannelError.ioOnClosedChannel)
        head = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        if case .head(let response) = part {
            isPassing = last != nil && !versions.isHTTP10 && Self.hasKnownLength(response)
            if isPassing { return head = (Self.bytes(of: response, on: context.channel.allocator), promise) }
        }
        guard isPassing, let last else { return context.write(data, promise: promise) }
        switch part {
        case .head: break
        case .body(let body): write(body, last, promise)
        case .end:
            isPassing = false
            if head != nil {
                write(ByteBuffer(), last, promise)
            } else if let promise {
                // Kept in its order behind the body.
                last.write(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: promise)
            }
        }
    }

    /// True where a whole response can be written past the encoder now.
    func takes(_ answer: TransportAnswer) -> Bool {
        last != nil && head == nil && !isPassing && !versions.isHTTP10 && Self.mayHaveBody(answer.status)
            && answer.body.count <= Self.copiedByteCount
    }

    /// Writes a whole response that `takes(_:)` has accepted.
    func write(_ response: HTTPResponse, _ body: [UInt8], promise: EventLoopPromise<Void>?) {
        guard let last else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        var bytes = Self.bytes(of: response, on: last.channel.allocator)
        bytes.writeBytes(body)
        last.write(wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
    }

    /// Flushes what `write(_:_:promise:)` has written.
    func flush() { last?.flush() }

    func flush(context: ChannelHandlerContext) {
        // A body of which nothing has come yet.
        if let last, let (bytes, written) = takeHead() {
            last.write(wrapOutboundOut(.byteBuffer(bytes)), promise: written)
        }
        context.flush()
    }

    private func takeHead() -> (ByteBuffer, EventLoopPromise<Void>?)? {
        defer { head = nil }
        return head
    }

    /// Writes a part of the body, behind the head where that is not written yet.
    private func write(_ body: ByteBuffer, _ last: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard case (var bytes, let written)? = takeHead() else {
            return last.write(wrapOutboundOut(.byteBuffer(body)), promise: promise)
        }
        guard written == nil, body.readableBytes <= Self.copiedByteCount else {
            last.write(wrapOutboundOut(.byteBuffer(bytes)), promise: written)
            return last.write(wrapOutboundOut(.byteBuffer(body)), promise: promise)
        }
        bytes.writeImmutableBuffer(body)
        last.write(wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
    }

    /// True for a response whose body has a length, and may be there.
    private static func hasKnownLength(_ response: HTTPResponse) -> Bool {
        mayHaveBody(response.status) && response.headerFields.contains(.contentLength)
            && !response.headerFields.contains(.transferEncoding)
    }

    /// True for a final response that may have a body.
    private static func mayHaveBody(_ status: HTTPResponse.Status) -> Bool {
        status.code >= 200 && status != .noContent && status != .notModified
    }

    private static func bytes(of response: HTTPResponse, on allocator: ByteBufferAllocator) -> ByteBuffer {
        var bytes = allocator.buffer(capacity: 1024)
        let status = HTTPResponseStatus(
            statusCode: response.status.code,
            reasonPhrase: response.status.reasonPhrase
        )
        bytes.writeStaticString("HTTP/1.1 ")
        bytes.writeString(String(status.code))
        bytes.writeStaticString(" ")
        bytes.writeString(status.reasonPhrase)
        bytes.writeStaticString("\r\n")
        for field in response.headerFields {
            bytes.writeString(field.name.rawName)
            bytes.writeStaticString(": ")
            bytes.writeString(field.value)
            bytes.writeStaticString("\r\n")
        }
        bytes.writeStaticString("\r\n")
        return bytes
    }
}

@available(*, unavailable)
extension PlainResponseHandler: Sendable {}
