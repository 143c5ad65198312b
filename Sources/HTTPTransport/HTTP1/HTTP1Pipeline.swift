import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The handlers that turn a connection's bytes into HTTP/1.1 messages and back.
enum HTTP1Pipeline {
    /// The most bytes of one header field, and of all header fields of a request together, as over HTTP/2.
    private static let maximumFieldBytes = 32 * 1024
    private static let maximumFieldCount = 1000

    /// Adds the handlers. Runs on the channel's event loop.
    ///
    /// - Parameter isSecure: true for a connection over TLS.
    static func add(
        to channel: any Channel,
        isSecure: Bool,
        _ application: ConnectionApplication
    ) throws {
        let (requests, responses) = try addCoders(
            to: channel,
            isSecure: isSecure,
            header: application.pendingHeader()
        )
        // After these handlers, messages have the same types as those of an HTTP/2 stream.
        let exchanges = try application.install(on: channel, .http1(isSecure: isSecure))
        exchanges.bypass(requests, responses)
    }

    /// Adds the handlers that read requests and write responses.
    ///
    /// - Returns: those of plain requests and of plain responses.
    @discardableResult
    static func addCoders(
        to channel: any Channel,
        isSecure: Bool,
        header: PendingHeader
    ) throws -> (PlainRequestHandler, PlainResponseHandler) {
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumFieldBytes
        limits.maxHeaderListSize = maximumFieldBytes
        limits.maxHeaderFieldCount = maximumFieldCount
        // Hummingbird reads one request at a time, `ExchangeHandler` answers malformed ones, and the types of response
        // fields admit valid values only. So NIO's own handlers for these are not needed.
        let decoder = UpgradeHandler.decoder(limits)
        let (encoder, codec) = (HTTPResponseEncoder(), HTTP1ToHTTPServerCodec(secure: isSecure))
        let (meter, versions) = (HeadMeter(header), HTTP10ResponseHandler())
        let plainRequests = PlainRequestHandler(meter: meter, versions: versions, isSecure: isSecure)
        let plainResponses = PlainResponseHandler(versions: versions)
        try pipeline.addHandler(encoder)
        try pipeline.addHandler(plainRequests)
        try pipeline.addHandler(meter)
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(UpgradeHandler(after: decoder, limits: limits, meter: meter))
        try pipeline.addHandler(versions)
        try pipeline.addHandler(codec)
        try pipeline.addHandler(plainResponses)
        plainRequests.bypass(to: try pipeline.context(handler: codec))
        plainResponses.bypass(to: try pipeline.context(handler: encoder))
        return (plainRequests, plainResponses)
    }
}
