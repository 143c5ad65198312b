import Foundation
import Synchronization
import TestSupport

@testable import EventStreams

/// The client of a stream on a channel.
final class ChannelClient: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var ids = EventIds()
        /// Bytes that are written and that the client has not taken.
        var waiting: [UInt8] = []
        /// The most bytes that waited for the client.
        var most = 0
        var isFull = false
        var isEnded = false
        var isClosed = false
    }

    private final class Channel: ChannelWriter {
        let state = Mutex(State())

        func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
            state.withLock { state in
                state.waiting += block.bytes[range]
                state.isEnded = isLast
            }
        }

        func flush() -> Bool {
            state.withLock { state in
                guard state.isFull else {
                    state.bytes += state.waiting
                    state.ids.update(state.bytes)
                    state.waiting = []
                    return true
                }
                state.most = max(state.most, state.waiting.count)
                return state.waiting.isEmpty
            }
        }

        func close() { state.withLock { $0.isClosed = true } }
    }

    private let channel: Channel
    private let loop: TestLoop
    let subscriber: ChannelSubscriber

    init(isFull: Bool = false, on loop: TestLoop = TestLoop()) {
        channel = Channel()
        self.loop = loop
        channel.state.withLock { $0.isFull = isFull }
        subscriber = ChannelSubscriber(executor: loop, writer: channel)
    }

    static func open(
        _ bench: LaneBench,
        _ view: StreamView,
        after cursor: Int64,
        expires: ContinuousClock.Instant? = nil,
        isFull: Bool = false,
        on loop: TestLoop = TestLoop()
    ) async throws -> ChannelClient {
        let client = ChannelClient(isFull: isFull, on: loop)
        let expiry = expires.map { StreamExpiry(tokenEnds: $0, now: .now, maximumAge: .seconds(3600), jitter: 0) }
        let point = HandoffPoint(cursor: cursor, knownForks: 0, expiry: expiry, place: try bench.hub.admit())
        guard try await eventually({ bench.hub.adopt(.channel(client.subscriber), showing: view, at: point) }) else {
            throw LaneBench.NoLane()
        }
        return client
    }

    var text: String { channel.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    /// The ids of the events that the client has taken, in order.
    var events: [Int64] { channel.state.withLock { $0.ids.all } }
    /// The most bytes that waited for the client.
    var most: Int { channel.state.withLock { $0.most } }
    var isEnded: Bool { channel.state.withLock { $0.isEnded } }
    var isClosed: Bool { channel.state.withLock { $0.isClosed } }

    /// Takes what waits, and everything from now on.
    func takeAll() {
        loop.execute { [channel, subscriber] in
            channel.state.withLock { $0.isFull = false }
            if channel.flush() { subscriber.becameWritable() }
        }
    }
}
