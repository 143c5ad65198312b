import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// What turns a connection's bytes into HTTP/2 streams, and each stream's frames into messages and back.
enum HTTP2Pipeline {
    /// Adds the connection's handlers; on the channel's event loop. The client's preface is yet to be read.
    static func add(to channel: any Channel, _ application: ConnectionApplication) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(FlushConsolidationHandler())
        let connection = HTTP2ConnectionHandler(on: channel.eventLoop, idleTimeout: application.timeouts.idle)
        // Nobody asks it for the streams: it is of those assemblies the one that tells what is written.
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

    /// Adds a stream's handlers; on the channel's event loop.
    private static func add(
        toStream channel: any Channel,
        _ application: ConnectionApplication
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
        // From here on messages are of the same types as those of an HTTP/1.1 connection.
        try pipeline.addHandler(HTTP2StreamHandler(application.timeouts))
        try application.install(on: channel, .http2)
    }
}
