import Glibc
import NIOCore
import Primitives

/// Takes a connection away from its channel while a response is under way.
extension StreamRequestHandler {
    enum Delivery: Sendable {
        /// The system has all of it.
        case sent
        /// The client is slow; it goes out by and by.
        case stays
        /// The client has left.
        case gone
    }

    /// Writes bytes of the body, and waits until the system has them.
    ///
    /// - Parameter deadline: how long.
    func deliver(_ bytes: [UInt8], within deadline: TimeAmount) async -> Delivery {
        guard let context else { return .gone }
        let loop = context.eventLoop
        // Fulfilled by the write or by the clock, whichever comes first.
        let delivery = OneShotPromise<Delivery>()
        let written = loop.makePromise(of: Void.self)
        written.futureResult.whenComplete { result in
            if case .success = result { delivery.fulfill(.sent) } else { delivery.fulfill(.gone) }
        }
        send(bytes, promise: written)
        // Most often the system has it by now.
        if !delivery.isFulfilled {
            let timeout = loop.scheduleTask(in: deadline) { _ = delivery.fulfill(.stays) }
            written.futureResult.whenComplete { _ in timeout.cancel() }
        }
        return await delivery.value()
    }

    /// Duplicates the connection's descriptor for somebody else, where HTTP/1.1 without TLS makes that possible. Nothing can
    /// be read or written between the adoption and the channel's close, which has to follow at once: it shuts nothing down, so
    /// the peer notices nothing.
    ///
    /// - Parameter adopt: takes the descriptor; its answer says whether it does.
    /// - Returns: whether the descriptor is somebody else's.
    func withSocket(_ adopt: (CInt) -> Bool) -> Bool {
        guard transport == .http1(isSecure: false), let channel = context?.channel, channel.isActive else {
            return false
        }
        // Lanes send chunks on sockets, which HTTP/1.0 does not know.
        let versions = try? channel.pipeline.syncOperations.handler(type: HTTP10ResponseHandler.self)
        guard versions?.isOld == false else { return false }
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        guard let descriptor, descriptor >= 0 else { return false }
        if adopt(descriptor) { return true }
        Glibc.close(descriptor)
        return false
    }
}
