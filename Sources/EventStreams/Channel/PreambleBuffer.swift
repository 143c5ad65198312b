import NIOCore

/// A stream's preamble, buffered until it grows large or a lane takes the stream, and then sent in one write with the
/// response's head. Used on the channel's event loop.
struct PreambleBuffer: StreamSink {
    private let handler: NIOLoopBound<StreamRequestHandler>
    private let hub: StreamHub
    private let view: StreamView
    private var buffered: [UInt8] = []

    /// Most bytes that are buffered.
    private static let capacity = 64 * 1024

    init(_ handler: NIOLoopBound<StreamRequestHandler>, _ hub: StreamHub, _ view: StreamView) {
        self.handler = handler
        self.hub = hub
        self.view = view
    }

    mutating func takeBuffered() -> [UInt8] {
        defer { buffered = [] }
        return buffered
    }

    mutating func send(_ bytes: [UInt8]) async throws {
        buffered += bytes
        guard buffered.count > Self.capacity else { return }
        let deadline = TimeAmount(hub.settings.stallDeadline)
        guard await handler.value.deliver(takeBuffered(), within: deadline) == .sent else { throw SinkClosed() }
    }

    mutating func handOff(_ place: StreamPlace) async throws -> Bool {
        switch await handler.value.deliver(takeBuffered(), within: StreamRequestHandler.patience) {
        case .gone: throw SinkClosed()
        case .sent:
            let isTaken = handler.value.withSocket { hub.adopt(.socket($0), view, at: place) }
            if isTaken {
                handler.value.handedOff()
                return true
            }
        case .pending: break
        }
        var whole = view
        whole.isChunked = false
        let subscriber = ChannelSubscriber(loop: handler.value.loop, channel: NIOChannelWriter(handler))
        handler.value.follow(subscriber)
        if hub.adopt(.outlet(subscriber), whole, at: place) { return true }
        handler.value.unfollow()
        return false
    }
}
