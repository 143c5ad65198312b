import NIOCore
import NIOPosix

/// The way of accepted connections to the event loops: makes a connection's channel, and lets it pass through the
/// pipeline of the listening socket's channel as if that channel had accepted the connection.
///
/// Used on the listening channel's event loop. The handler is the first of the pipeline; `End` is the last one.
final class ConnectionEntry: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let loop: any EventLoop
    private var context: ChannelHandlerContext?
    /// The channels that are on their way, each of which is registered once it has passed the whole pipeline.
    private var entering: [ObjectIdentifier: EventLoopPromise<Void>] = [:]

    private init(on loop: any EventLoop) { self.loop = loop }

    /// Adds the handlers to the pipeline of a listening socket's channel. Runs on its event loop.
    ///
    /// - Returns: gives a connection to the event loops, by the descriptor of its non-blocking socket, which belongs to
    ///   them from then on. Called on any thread.
    static func add(to server: any Channel) throws -> @Sendable (_ descriptor: CInt) -> Void {
        let loop = server.eventLoop
        let entry = ConnectionEntry(on: loop)
        try server.pipeline.syncOperations.addHandler(entry, position: .first)
        try server.pipeline.syncOperations.addHandler(End(of: entry), position: .last)
        let bound = NIOLoopBound(entry, eventLoop: loop)
        return { descriptor in
            _ = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
                .channelInitializer { channel in
                    loop.flatSubmit { bound.value.enter(channel) }.hop(to: channel.eventLoop).flatMapThrowing {
                        // Registering a channel that was closed meanwhile is a fault; a closed one has no options.
                        _ = try channel.syncOptions?.getOption(.autoRead)
                    }
                }
                .withConnectedSocket(descriptor)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// - Returns: succeeds once the channel has its handlers. Fails where the service accepts no connections any more;
    ///   the channel is closed then.
    private func enter(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let context, context.channel.isActive else { return loop.makeFailedFuture(ChannelError.alreadyClosed) }
        let promise = loop.makePromise(of: Void.self)
        let id = ObjectIdentifier(channel)
        entering[id] = promise
        let bound = NIOLoopBound(self, eventLoop: loop)
        channel.closeFuture.hop(to: loop).whenComplete { _ in
            bound.value.entering.removeValue(forKey: id)?.fail(ChannelError.alreadyClosed)
        }
        context.fireChannelRead(wrapInboundOut(channel))
        return promise.futureResult
    }

    /// - Returns: false for a channel that the listening socket's own has accepted.
    private func hasEntered(_ channel: any Channel) -> Bool {
        guard let promise = entering.removeValue(forKey: ObjectIdentifier(channel)) else { return false }
        promise.succeed()
        return true
    }

    /// The end of the pipeline, where the listening socket's channel would register a channel.
    private final class End: ChannelInboundHandler {
        typealias InboundIn = any Channel

        private let entry: ConnectionEntry

        init(of entry: ConnectionEntry) { self.entry = entry }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if !entry.hasEntered(unwrapInboundIn(data)) { context.fireChannelRead(data) }
        }
    }
}

@available(*, unavailable)
extension ConnectionEntry: Sendable {}
