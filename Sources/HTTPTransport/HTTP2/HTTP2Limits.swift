import NIOCore
import NIOHTTP2

/// What an HTTP/2 client may ask of a connection. Whoever goes beyond gets the stream refused, or `GOAWAY` and the end.
enum HTTP2Limits {
    static let configuration: NIOHTTP2Handler.Configuration = {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            // The tabs of a browser share one connection, and each holds a stream or two.
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 250),
            // Tokens are header fields.
            HTTP2Setting(parameter: .maxHeaderListSize, value: 32 * 1024),
        ]
        connection.targetWindowSize = 512 * 1024
        // A header block ends within so many CONTINUATION frames (CVE-2024-27316).
        connection.maximumSequentialContinuationFrames = 5
        // Answers to PING and SETTINGS that a client does not read (CVE-2019-9512, CVE-2019-9515).
        connection.maximumBufferedControlFrames = 1000
        connection.controlFrameRateLimit.maximumCount = 400
        connection.controlFrameRateLimit.windowLength = .seconds(30)
        // Over the whole life of a connection, which for a proxy's is long.
        connection.maximumConnectionGlitches = 1000
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = 256 * 1024
        // What is kept for a stream that cannot send, beyond the write that filled it.
        stream.outboundBufferSizeHighWatermark = 32 * 1024
        stream.outboundBufferSizeLowWatermark = 16 * 1024
        // Requests begun and taken back (CVE-2023-44487). A proxy takes one back for each of its clients that leaves.
        stream.streamResetFrameRateLimit.maximumCount = 500
        stream.streamResetFrameRateLimit.windowLength = .seconds(30)
        stream.streamErrorRateLimit.maximumCount = 200
        stream.streamErrorRateLimit.windowLength = .seconds(30)
        return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
    }()
}
