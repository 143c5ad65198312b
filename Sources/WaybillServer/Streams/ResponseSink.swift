import Glibc
import Hummingbird
import LiveStreams
import NIOCore

/// The web framework's response body, with its backpressure; for a stream's beginning alone, where a lane takes the rest.
struct ResponseSink: StreamSink {
    private var writer: any ResponseBodyWriter
    private let channel: any Channel
    /// Where the stream is to go, while that is still to come.
    private var lanes: (hub: StreamHub, view: StreamView)?
    /// The beginning, which goes out in one write with the hand-off.
    private var held: [UInt8] = []
    private var isHandedOff = false

    /// Most bytes held back.
    private static let mostHeld = 64 * 1024
    /// How long a client has to take the beginning of a stream that a lane is to serve.
    private static let deadline = TimeAmount.seconds(5)

    init(writer: any ResponseBodyWriter, channel: any Channel) {
        self.writer = writer
        self.channel = channel
    }

    mutating func expectHandOff(to hub: StreamHub, of view: StreamView) {
        if hub.hasLanes { lanes = (hub, view) }
    }

    mutating func send(_ bytes: [UInt8]) async throws {
        guard lanes != nil else { return try await writer.write(ByteBuffer(bytes: bytes)) }
        held += bytes
        if held.count > Self.mostHeld { try await release() }
    }

    mutating func handOff(_ place: StreamPlace?) async throws -> Bool {
        if let place, let (hub, view) = lanes {
            lanes = nil
            let bytes = ByteBuffer(bytes: held)
            held = []
            let outcome = await HandOff.run(channel, after: bytes, within: Self.deadline) { descriptor in
                hub.adopt(descriptor, view, at: place)
            }
            switch outcome {
            case .taken:
                isHandedOff = true
                return true
            case .gone: throw ChannelError.ioOnClosedChannel
            case .stays: break
            }
        }
        lanes = nil
        try await release()
        // A peer that vanished without a word must not keep its place for the quarter of an hour that TCP would try.
        let connection = channel.isHTTP2Stream ? channel.parent ?? channel : channel
        try await connection.setOption(.tcpOption(.init(rawValue: CInt(TCP_USER_TIMEOUT))), value: 30_000).get()
        return false
    }

    func drained(by deadline: ContinuousClock.Instant) async {
        // The connection outlives the stream, and what is left goes out after it.
        guard !channel.isHTTP2Stream else { return }
        while ContinuousClock.now < deadline, channel.isActive {
            do {
                if try await channel.getOption(.bufferedWritableBytes).get() == 0 { return }
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                return
            }
        }
    }

    /// Ends the body, and with it the connection that it has for itself, unless that is a lane's.
    mutating func finish() async throws {
        guard !isHandedOff else { return }
        try await release()
        try await writer.finish(nil)
        if !channel.isHTTP2Stream { channel.close(mode: .output, promise: nil) }
    }

    private mutating func release() async throws {
        guard !held.isEmpty else { return }
        try await writer.write(ByteBuffer(bytes: held))
        held.removeAll(keepingCapacity: true)
    }
}
