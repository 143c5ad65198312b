import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// The handlers that turn a connection's bytes into HTTP/2 streams, and each stream's frames into messages and back.
enum HTTP2Pipeline {
    /// Adds the connection's handlers, which read the client's preface. Runs on the channel's event loop.
    static func add(to channel: any Channel, _ application: ConnectionApplication) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(FlushConsolidationHandler())
        try pipeline.addHandler(HTTP2HeaderMeter(application.pendingHeader()))
        let connection = HTTP2ConnectionHandler(
            on: channel.eventLoop,
            of: application.connection,
            idleTimeout: application.timeouts.idle
        )
        // The multiplexer that this returns is not used. Of NIO's set-ups, only this one takes a frame delegate.
        _ = try pipeline.configureAsyncHTTP2Pipeline(
            mode: .server,
            streamDelegate: connection.streamDelegate,
            frameDelegate: connection,
            configuration: HTTP2Limits.configuration
        ) { stream in
            stream.eventLoop.makeCompletedFuture { try add(toStream: stream, application) }
        }
        try pipeline.addHandler(connection)
        channel.closeWhenPeerVanishes()
    }

    /// Adds a stream's handlers. Runs on the channel's event loop.
    private static func add(
        toStream channel: any Channel,
        _ application: ConnectionApplication
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
        // After this handler, messages have the same types as those of an HTTP/1.1 connection.
        try pipeline.addHandler(HTTP2StreamHandler(application.timeouts, heads: application.exchanges.streamHeads))
        try application.install(on: channel, .http2)
    }
}
