import Glibc
import Logging
import NIOCore

/// Stops accepting connections after the system had no descriptor or no memory for one, for a second or until it has
/// some again. New connections wait in the listening socket's queue meanwhile.
///
/// NIO's own handler for this delays only the next read. The failed read stays registered and the socket stays
/// readable, so the event loop would try again without pause.
final class AcceptBackoff: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private static let pause = TimeAmount.seconds(1)
    private let gate: AcceptGate
    private let logger: Logger
    private let spares = SpareDescriptors()

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
                "accepting a connection failed; new connections wait until there is room",
                metadata: ["error": "\(error)"]
            )
            gate.close(for: .scarcity)
            spares.giveUp()
            Self.resume(gate, spares, on: context.eventLoop)
        }
        context.fireErrorCaught(error)
    }

    /// Accepts again after the pause, once the spare descriptors are held: before connections can take them.
    private static func resume(_ gate: AcceptGate, _ spares: SpareDescriptors, on eventLoop: any EventLoop) {
        eventLoop.scheduleTask(in: pause) {
            if spares.take() { gate.open(for: .scarcity) } else { resume(gate, spares, on: eventLoop) }
        }
    }

    private static func isScarcity(_ code: CInt) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}

@available(*, unavailable)
extension AcceptBackoff: Sendable {}
