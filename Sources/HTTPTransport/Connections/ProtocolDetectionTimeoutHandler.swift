import NIOCore

/// Closes a connection whose protocol is not known in time, or not yet known when the service shuts down.
final class ProtocolDetectionTimeoutHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let connection: CountedConnection
    private let timeout: TimeAmount
    private let reason: ConnectionMetrics.CloseReason
    private var timer: Scheduled<Void>?

    /// - Parameter reason: counted where the time runs out.
    init(of connection: CountedConnection, timeout: TimeAmount, reason: ConnectionMetrics.CloseReason) {
        self.connection = connection
        self.timeout = timeout
        self.reason = reason
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.scheduleTask(in: timeout) { [connection, reason] in
            connection.close(for: reason)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Removes this handler and its timeout, since the protocol is known and other handlers watch the connection.
    func remove(from channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        pipeline.removeHandler(context: try pipeline.context(handler: self), promise: nil)
    }
}

@available(*, unavailable)
extension ProtocolDetectionTimeoutHandler: Sendable {}
