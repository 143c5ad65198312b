import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// What turns a connection's bytes into HTTP/1.1 messages and back.
enum HTTP1Pipeline {
    /// Most bytes of a request's header fields, together and each, and most fields.
    private static let fieldBytes = 80 * 1024
    private static let fieldCount = 1000

    /// Adds the handlers; on the channel's event loop.
    ///
    /// - Parameter isSecure: whether the bytes come through TLS.
    static func add(
        to channel: any Channel,
        isSecure: Bool,
        _ application: ConnectionApplication
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = fieldBytes
        limits.maxHeaderListSize = fieldBytes
        limits.maxHeaderFieldCount = fieldCount
        try pipeline.configureHTTPServerPipeline(
            // Requests are read one after the other as it is, broken ones are answered by who reads them, and the fields
            // of answers are valid by their type.
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
            withDecoderLimitConfiguration: limits
        )
        try pipeline.addHandler(HTTP10ResponseHandler())
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
        // From here on messages are of the same types as those of an HTTP/2 stream.
        try application.install(on: channel, .http1(isSecure: isSecure))
    }
}
