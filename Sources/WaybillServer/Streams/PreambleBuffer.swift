import LiveStreams
import NIOCore

/// A stream's beginning, kept until there is much of it or a lane takes the stream: it then goes out in one write with the
/// response's head. Used on the channel's event loop.
struct PreambleBuffer: StreamSink {
    private let front: NIOLoopBound<StreamRequestHandler>
    private let hub: StreamHub
    private let view: StreamView
    private var held: [UInt8] = []

    /// Most bytes held back.
    private static let mostHeld = 64 * 1024

    init(_ front: NIOLoopBound<StreamRequestHandler>, _ hub: StreamHub, _ view: StreamView) {
        self.front = front
        self.hub = hub
        self.view = view
    }

    mutating func takeHeld() -> [UInt8] {
        defer { held = [] }
        return held
    }

    mutating func send(_ bytes: [UInt8]) async throws {
        held += bytes
        guard held.count > Self.mostHeld else { return }
        guard await front.value.deliver(takeHeld(), within: TimeAmount(hub.settings.stallDeadline)) == .sent else {
            throw SinkClosed()
        }
    }

    mutating func handOff(_ place: StreamPlace) async throws -> Bool {
        switch await front.value.deliver(takeHeld(), within: StreamRequestHandler.patience) {
        case .gone: throw SinkClosed()
        case .sent:
            let isTaken = front.value.withSocket { hub.adopt(.socket($0), view, at: place) }
            if isTaken {
                front.value.isHandedOff()
                return true
            }
        // The client is slow; what was given to be written goes out by and by.
        case .stays: break
        }
        var whole = view
        whole.isChunked = false
        let outlet = ChannelSubscriber(loop: front.value.loop, channel: NIOChannelWriter(front))
        front.value.follow(outlet)
        if hub.adopt(.outlet(outlet), whole, at: place) { return true }
        front.value.unfollow()
        return false
    }
}

/// A channel as lanes see it.
final class NIOChannelWriter: ChannelWriter {
    private let front: NIOLoopBound<StreamRequestHandler>

    init(_ front: NIOLoopBound<StreamRequestHandler>) { self.front = front }

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        front.value.write(block, range, isLast: isLast)
    }

    func flush() -> Bool { front.value.flush() }
    func close() { front.value.closeStream() }
}
