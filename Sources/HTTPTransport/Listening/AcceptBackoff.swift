import Glibc
import Logging
import NIOCore

/// Stops accepting connections for a second after the system had no descriptor or no memory for one. New connections
/// wait in the listening socket's queue meanwhile.
///
/// NIO's own handler for this delays only the next read. The failed read stays registered and the socket stays
/// readable, so the event loop would try again without pause.
final class AcceptBackoff: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private static let pause = TimeAmount.seconds(1)
    private let gate: AcceptGate
    private let logger: Logger

    private init(_ gate: AcceptGate, _ logger: Logger) {
        self.gate = gate
        self.logger = logger
    }

    /// Adds the handler as the channel's first, so that it sees errors before all others.
    static func add(to channel: any Channel, _ gate: AcceptGate, logger: Logger) async {
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(AcceptBackoff(gate, logger), position: .first)
            }.get()
        } catch {
            // The service shuts down before it has begun to accept.
            logger.debug("the listening socket is closed already", metadata: ["error": "\(error)"])
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, Self.isScarcity(error.errnoCode) {
            logger.warning(
                "accepting a connection failed; new connections wait for 1 second",
                metadata: ["error": "\(error)"]
            )
            gate.close(for: .scarcity)
            context.eventLoop.scheduleTask(in: Self.pause) { [gate] in gate.open(for: .scarcity) }
        }
        context.fireErrorCaught(error)
    }

    private static func isScarcity(_ code: CInt) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}

@available(*, unavailable)
extension AcceptBackoff: Sendable {}
