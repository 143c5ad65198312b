import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Reads a request that has come whole and that leaves no doubt, past the decoder and the handlers behind it: most
/// commands are such requests, and cost a fraction so. All other bytes go to the decoder.
final class PlainRequestHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPRequestPart

    private let meter: HeadMeter
    private let versions: HTTP10ResponseHandler
    private let scheme: String
    /// The last handler that is passed by.
    private var last: ChannelHandlerContext?
    /// Takes requests whole; nil where they go on in parts.
    var exchanges: ExchangeHandler?

    /// - Parameters:
    ///   - meter: tells whether the decoder is between two requests.
    ///   - versions: notes the version of the request.
    init(meter: HeadMeter, versions: HTTP10ResponseHandler, isSecure: Bool) {
        self.meter = meter
        self.versions = versions
        scheme = isSecure ? "https" : "http"
    }

    /// Passes requests by the handlers up to and with this one.
    func bypass(to last: ChannelHandlerContext) { self.last = last }

    func handlerRemoved(context: ChannelHandlerContext) { (last, exchanges) = (nil, nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let last, meter.isBetweenRequests,
            let (request, bodyByteCount) = bytes.withUnsafeReadableBytes({
                PlainRequest.parsePost($0, scheme: scheme)
            })
        else { return context.fireChannelRead(data) }
        versions.requestBypasses()
        let body =
            bodyByteCount > 0 ? bytes.getSlice(at: bytes.writerIndex - bodyByteCount, length: bodyByteCount) : nil
        if let exchanges { return exchanges.receive(request, body: body) }
        last.fireChannelRead(wrapInboundOut(.head(request)))
        if let body { last.fireChannelRead(wrapInboundOut(.body(body))) }
        last.fireChannelRead(wrapInboundOut(.end(nil)))
    }
}

@available(*, unavailable)
extension PlainRequestHandler: Sendable {}
