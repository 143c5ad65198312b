import Glibc
package import Logging
package import NIOCore

/// Accepts no connections for a second when the system had no descriptor, or no memory, for one: those who come wait in the
/// listening socket's queue meanwhile.
///
/// NIO's own handler for this delays the next read; but the read that failed is still wanted, so the socket, which stays
/// readable, would be asked again and again, as fast as a processor can.
package final class AcceptBackoff: ChannelInboundHandler {
    package typealias InboundIn = NIOAny

    private static let pause = TimeAmount.seconds(1)
    private let logger: Logger

    private init(_ logger: Logger) { self.logger = logger }

    /// Puts the handler where it sees errors before all others.
    package static func add(to channel: any Channel, _ logger: Logger) async {
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(AcceptBackoff(logger), position: .first)
            }.get()
        } catch {
            // The service ends before it has begun.
            logger.debug("the listening socket is closed", metadata: ["error": "\(error)"])
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, Self.isScarcity(error.errnoCode) {
            logger.warning("connections have to wait to be accepted", metadata: ["error": "\(error)"])
            let channel = context.channel
            // Both fail only once the socket is closed, and then there is nothing to accept.
            channel.setOption(.autoRead, value: false).whenComplete { _ in }
            channel.eventLoop.scheduleTask(in: Self.pause) {
                channel.setOption(.autoRead, value: true).whenComplete { _ in }
            }
        }
        context.fireErrorCaught(error)
    }

    private static func isScarcity(_ code: CInt) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}

@available(*, unavailable)
extension AcceptBackoff: Sendable {}
