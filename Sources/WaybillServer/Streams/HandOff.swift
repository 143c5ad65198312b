import Glibc
import NIOCore
import NIOHTTPTypes
import NIOSSL
import Synchronization

/// Takes a connection from the web framework while its response is under way.
enum HandOff {
    enum Outcome: Sendable {
        /// The connection is somebody else's; the channel is closed.
        case taken
        /// It stays with the channel: the client is slow, no descriptor is left, or nobody wants it. What was given to be
        /// written goes out there.
        case stays
        /// The client has left.
        case gone
    }

    /// Writes the last bytes that the framework sends, and when the kernel has them all, gives the connection away: its
    /// descriptor is duplicated and the channel closed, which shuts nothing down, so the peer notices nothing.
    ///
    /// - Parameter adopt: takes the descriptor; its answer says whether it does. Runs on the channel's event loop.
    static func run(
        _ channel: any Channel,
        after bytes: ByteBuffer,
        within deadline: TimeAmount,
        adopt: @escaping @Sendable (CInt) -> Bool
    ) async -> Outcome {
        await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            let timeout = channel.eventLoop.scheduleTask(in: deadline) { answer.give(.stays) }
            let written = channel.eventLoop.makePromise(of: Void.self)
            written.futureResult.whenComplete { result in
                timeout.cancel()
                switch result {
                case .failure: answer.give(.gone)
                case .success where answer.isGiven: break
                case .success: answer.give(move(channel, adopt))
                }
            }
            // The head, written before by the response's writer, is ahead of this in the event loop's queue.
            channel.writeAndFlush(HTTPResponsePart.body(bytes), promise: written)
        }
    }

    /// On the channel's event loop, all in one go: neither side can read or write between the adoption and the close.
    private static func move(_ channel: any Channel, _ adopt: (CInt) -> Bool) -> Outcome {
        guard channel.isActive else { return .gone }
        // Lanes send chunks, which HTTP/1.0 does not know.
        let versions = try? channel.pipeline.syncOperations.handler(type: OldClientHandler.self)
        guard versions?.isOld == false else { return .stays }
        // Nor can they encrypt. (A stream of an HTTP/2 connection has no versions, and stays.)
        let encryption = try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        guard encryption == nil else { return .stays }
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        guard let descriptor, descriptor >= 0 else { return .stays }
        guard adopt(descriptor) else {
            close(descriptor)
            return .stays
        }
        channel.close(mode: .all, promise: nil)
        return .taken
    }

    /// Given once: by the write or by the clock, whichever comes first.
    private final class Answer: Sendable {
        private let continuation: Mutex<CheckedContinuation<Outcome, Never>?>

        init(_ continuation: CheckedContinuation<Outcome, Never>) {
            self.continuation = Mutex(continuation)
        }

        var isGiven: Bool { continuation.withLock { $0 == nil } }

        func give(_ outcome: Outcome) {
            continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }?.resume(returning: outcome)
        }
    }
}
