import NIOCore
import Primitives

/// The outcome of sending bytes of a stream's preamble.
enum StreamDelivery: Sendable {
    /// The system has all bytes.
    case sent
    /// The write is pending: NIO flushes it when the socket drains, so the stream stays on its channel.
    case pending
    /// The client has left.
    case gone

    /// Waits until a write is done, or until it has taken too long.
    ///
    /// - Parameter deadline: the longest wait.
    static func outcome(of written: EventLoopFuture<Void>, within deadline: TimeAmount) async -> StreamDelivery {
        // Fulfilled by the write or by the deadline, whichever comes first.
        let delivery = OneShotPromise<StreamDelivery>()
        written.whenComplete { result in
            if case .success = result { delivery.fulfill(.sent) } else { delivery.fulfill(.gone) }
        }
        // The system usually has the bytes by now.
        if !delivery.isFulfilled {
            let timeout = written.eventLoop.scheduleTask(in: deadline) { _ = delivery.fulfill(.pending) }
            written.whenComplete { _ in timeout.cancel() }
        }
        return await delivery.value()
    }
}
