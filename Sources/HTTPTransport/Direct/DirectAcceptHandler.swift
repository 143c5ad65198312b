import NIOCore

/// Offers each accepted connection to the thread of direct exchanges before the event loops get it.
final class DirectAcceptHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let thread: DirectThread
    private let endpoint: DirectEndpoint
    private var context: ChannelHandlerContext?

    private init(_ thread: DirectThread, _ endpoint: DirectEndpoint) {
        self.thread = thread
        self.endpoint = endpoint
    }

    /// Adds the handler as the first of a listening socket's channel.
    static func add(to server: any Channel, _ thread: DirectThread, _ endpoint: DirectEndpoint) async throws {
        try await server.eventLoop.submit {
            try server.pipeline.syncOperations.addHandler(DirectAcceptHandler(thread, endpoint), position: .first)
        }.get()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard thread.reserve() else { return context.fireChannelRead(data) }
        let channel = unwrapInboundIn(data)
        let (thread, endpoint, loop) = (thread, endpoint, context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: loop)
        let passOn: @Sendable () -> Void = { loop.execute { handler.value.passOn(channel) } }
        // The descriptor is known on the connection's own event loop.
        channel.eventLoop.execute {
            guard let descriptor = Self.descriptor(of: channel), endpoint.budget.hasRoom(at: Int(descriptor)) else {
                thread.ended()
                return passOn()
            }
            thread.take(
                DirectConnection(channel: channel, descriptor: descriptor, endpoint: endpoint, passOn: passOn)
            )
        }
    }

    private static func descriptor(of channel: any Channel) -> CInt? {
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
    }

    /// Lets the event loops have a connection; closes it where the service accepts none any more.
    private func passOn(_ channel: any Channel) {
        guard let context, context.channel.isActive else { return channel.close(promise: nil) }
        context.fireChannelRead(wrapInboundOut(channel))
    }
}

@available(*, unavailable)
extension DirectAcceptHandler: Sendable {}
