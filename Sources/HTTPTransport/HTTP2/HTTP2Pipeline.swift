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
        let direct = application.exchanges.responder.map {
            HTTP2DirectHandler(
                on: channel,
                application.exchanges,
                activity: application.activity,
                executor: application.executor,
                responder: $0
            )
        }
        // NIO's handler with a multiplexer of its own shows nobody else the frames of streams.
        try pipeline.addHandler(
            NIOHTTP2Handler(
                mode: .server,
                frameDelegate: WrittenFrames(connection: connection, direct: direct),
                connectionConfiguration: HTTP2Limits.configuration.connection,
                streamConfiguration: HTTP2Limits.configuration.stream
            )
        )
        try pipeline.addHandler(connection)
        if let direct { try pipeline.addHandler(direct) }
        try pipeline.addHandler(
            HTTP2StreamMultiplexer(
                mode: .server,
                channel: channel,
                targetWindowSize: HTTP2Limits.streamWindow,
                outboundBufferSizeHighWatermark: HTTP2Limits.highMark,
                outboundBufferSizeLowWatermark: HTTP2Limits.lowMark
            ) { stream in
                stream.eventLoop.makeCompletedFuture { try add(toStream: stream, application) }
            }
        )
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

    /// Tells the handlers of the frames that leave.
    private struct WrittenFrames: NIOHTTP2FrameDelegate {
        let connection: HTTP2ConnectionHandler
        let direct: HTTP2DirectHandler?

        func wroteFrame(_ frame: HTTP2Frame) {
            switch frame.payload {
            case .data(let data): direct?.wroteData(data.data.readableBytes, on: frame.streamID)
            case .goAway(_, let code, _): connection.wroteGoAway(code)
            default: break
            }
        }
    }
}
