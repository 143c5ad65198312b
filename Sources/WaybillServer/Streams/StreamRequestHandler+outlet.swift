import Glibc
import LiveStreams
import NIOCore
import NIOHTTPTypes

/// A stream that a lane serves through this channel.
extension StreamRequestHandler {
    /// The connection is a lane's; the channel goes without a word to the client.
    func isHandedOff() {
        state = .over
        context?.close(mode: .all, promise: nil)
    }

    /// A lane says what is sent from here on.
    func follow(_ outlet: ChannelSubscriber) {
        guard let context, context.channel.isActive else { return outlet.closed() }
        state = .streaming(outlet)
        if transport != .http2 { context.channel.endWhenPeerVanishes() }
    }

    /// No lane takes the stream.
    func unfollow() {
        if case .streaming = state { state = .opening }
    }

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        guard let context, case .streaming = state, let bytes = loop.buffer(block, range) else { return }
        context.write(wrapOutboundOut(.body(bytes)), promise: nil)
        guard isLast else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        isEnding = true
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.isEnding = false
            if self.isClosing { self.closeStream() }
        }
        context.write(wrapOutboundOut(.end(nil)), promise: written)
    }

    func flush() -> Bool {
        guard let context, case .streaming = state else { return true }
        context.flush()
        isOutletFull = !context.channel.isWritable
        return !isOutletFull
    }

    func closeStream() {
        guard let context, case .streaming = state else { return }
        guard isEnding else { return context.close(promise: nil) }
        // Its last words are on their way to a slow client.
        guard !isClosing else { return }
        isClosing = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isOutletFull, context.channel.isWritable, case .streaming(let outlet) = state {
            isOutletFull = false
            outlet.freed()
        }
        context.fireChannelWritabilityChanged()
    }
}

extension Channel {
    /// A peer that vanished without a word must not keep its place for the quarter of an hour that TCP would try. Called on a
    /// connection, not on a stream of one.
    func endWhenPeerVanishes() {
        // It fails where the connection is closed already, and where it is no TCP.
        setOption(.tcpOption(.init(rawValue: CInt(TCP_USER_TIMEOUT))), value: 30_000).whenComplete { _ in }
    }
}
