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
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumFieldBytes
        limits.maxHeaderListSize = maximumFieldBytes
        limits.maxHeaderFieldCount = maximumFieldCount
        // Hummingbird reads one request at a time, `ExchangeHandler` answers malformed ones, and the types of response
        // fields admit valid values only. So NIO's own handlers for these are not needed.
        let decoder = UpgradeHandler.decoder(limits)
        try pipeline.addHandler(HTTPResponseEncoder())
        let meter = HeadMeter(application.pendingHeader())
        try pipeline.addHandler(meter)
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(UpgradeHandler(after: decoder, limits: limits, meter: meter))
        try pipeline.addHandler(HTTP10ResponseHandler())
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
        // After this handler, messages have the same types as those of an HTTP/2 stream.
        try application.install(on: channel, .http1(isSecure: isSecure))
    }
}
