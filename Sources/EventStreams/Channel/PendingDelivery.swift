import Synchronization

/// What became of a write of a stream's preamble.
enum StreamDelivery: Sendable {
    /// The system has all of it.
    case sent
    /// The write is pending: NIO flushes it when the socket drains, so the stream stays on its channel.
    case pending
    /// The client has left.
    case gone
}

/// A delivery's outcome, completed once: by the write or by the deadline, whichever comes first.
final class PendingDelivery: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<StreamDelivery, Never>)
        case complete(StreamDelivery)
    }

    private let state = Mutex(State.open)

    var isComplete: Bool { state.withLock { if case .complete = $0 { true } else { false } } }

    func complete(_ delivery: StreamDelivery) {
        let waiter: CheckedContinuation<StreamDelivery, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .complete(delivery)
                return nil
            case .awaited(let waiter):
                state = .complete(delivery)
                return waiter
            case .complete: return nil
            }
        }
        waiter?.resume(returning: delivery)
    }

    func outcome() async -> StreamDelivery {
        await withCheckedContinuation { continuation in
            let known: StreamDelivery? = state.withLock { state in
                if case .complete(let delivery) = state { return delivery }
                state = .awaited(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
