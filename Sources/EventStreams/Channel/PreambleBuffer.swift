import NIOCore

/// Buffers a stream's preamble until it is large or a lane takes the stream, and then sends it in one write with the
/// response's head. Used on the channel's event loop.
struct PreambleBuffer: StreamSink {
    private let handler: NIOLoopBound<any StreamResponder>
    private let hub: StreamHub
    private let view: StreamView
    private var buffered: [UInt8] = []

    /// The most bytes that are buffered.
    private static let capacity = 64 * 1024

    init(of handler: NIOLoopBound<any StreamResponder>, hub: StreamHub, view: StreamView) {
        self.handler = handler
        self.hub = hub
        self.view = view
    }

    /// Removes the bytes that have not been sent.
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

    mutating func handOff(at point: HandoffPoint) async throws -> Bool {
        switch await handler.value.deliver(takeBuffered(), within: StreamRequestHandler.writeDeadline) {
        case .gone: throw SinkClosed()
        case .sent:
            let isTaken = handler.value.offerSocket { hub.adopt($0, showing: view, at: point) }
            if isTaken {
                handler.value.handedOff()
                return true
            }
        case .pending: break
        }
        // The channel's own handlers write the coding of the body.
        var unchunked = view
        unchunked.isChunked = false
        let subscriber = ChannelSubscriber(executor: handler.value.loop, writer: NIOChannelWriter(handler))
        handler.value.attach(subscriber)
        if hub.adopt(.channel(subscriber), showing: unchunked, at: point) { return true }
        handler.value.detach()
        return false
    }
}
