import NIOCore
import NIOHTTP2

/// The limits of an HTTP/2 connection. Beyond them NIO refuses the stream, or sends `GOAWAY` and the connection closes.
enum HTTP2Limits {
    /// The bytes that a client may send on a connection, and on one of its streams, before they are taken.
    static let connectionWindow = 512 * 1024
    static let streamWindow = 256 * 1024
    /// The bytes that a stream buffers while it cannot send; the write that passes the mark is buffered whole.
    static let highMark = 32 * 1024
    /// The bytes below which a stream takes more again.
    static let lowMark = 16 * 1024

    static let configuration: NIOHTTP2Handler.Configuration = {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            // A browser's tabs share one connection, and each tab may hold one or two responses open.
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 250),
            // Room for a bearer token, which is a header field.
            HTTP2Setting(parameter: .maxHeaderListSize, value: 32 * 1024),
        ]
        connection.targetWindowSize = connectionWindow
        // The most CONTINUATION frames of one header block (CVE-2024-27316).
        connection.maximumSequentialContinuationFrames = 5
        // The most acknowledgements of PING and SETTINGS that a client leaves unread (CVE-2019-9512, CVE-2019-9515).
        connection.maximumBufferedControlFrames = 1000
        connection.controlFrameRateLimit.maximumCount = 400
        connection.controlFrameRateLimit.windowLength = .seconds(30)
        // Counted over the whole life of a connection; a proxy's connection lives long.
        connection.maximumConnectionGlitches = 1000
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = streamWindow
        stream.outboundBufferSizeHighWatermark = highMark
        stream.outboundBufferSizeLowWatermark = lowMark
        // Requests that the client resets (CVE-2023-44487). A proxy resets one for each of its clients that leaves.
        stream.streamResetFrameRateLimit.maximumCount = 500
        stream.streamResetFrameRateLimit.windowLength = .seconds(30)
        stream.streamErrorRateLimit.maximumCount = 200
        stream.streamErrorRateLimit.windowLength = .seconds(30)
        return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
    }()
}
