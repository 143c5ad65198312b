import DequeModule
import OrderLog
import Synchronization

/// The newest events that the process's tail has passed on: the projector, which needs them a moment later, does not
/// read them from the log again.
final class TailedEvents: Sendable {
    private struct State {
        var history = EpochTable()
        var events = Deque<LoggedEvent>()
        /// The size of the events' texts, in bytes.
        var byteCount = 0
    }

    /// The most bytes of texts, and the most events, that are kept. A projector that falls behind them reads the log.
    private static let byteLimit = 4 << 20
    private static let countLimit = 16_384

    private let state = Mutex(State())

    /// Adds the next events. Events of another history, or behind a gap, replace all others.
    func add(_ events: [LoggedEvent], in history: EpochTable) {
        state.withLock { state in
            guard let first = events.first else { return }
            if state.history != history || state.events.last.map({ $0.seq + 1 != first.seq }) ?? false {
                state = State()
            }
            state.history = history
            for event in events {
                state.events.append(event)
                state.byteCount += event.textByteCount
            }
            while state.byteCount > Self.byteLimit || state.events.count > Self.countLimit,
                let oldest = state.events.popFirst()
            {
                state.byteCount -= oldest.textByteCount
            }
        }
    }

    func removeAll() { state.withLock { $0 = State() } }

    /// The events after one, of the log as a connection knows it.
    ///
    /// - Parameters:
    ///   - head: the last event that the connection's server has.
    ///   - limit: the most events.
    ///   - byteLimit: the size of the texts in bytes, after which no further event is added.
    ///   - history: the connection's.
    /// - Returns: the events, and whether more were left out for their number or size; nil where the next event is not
    ///   here.
    func events(
        after seq: Int64,
        through head: Int64,
        limit: Int,
        byteLimit: Int,
        in history: EpochTable
    ) -> (events: [LoggedEvent], isCut: Bool)? {
        state.withLock { state in
            guard state.history == history, let first = state.events.first, let last = state.events.last,
                first.seq <= seq + 1, last.seq > seq, head > seq
            else { return nil }
            var (found, bytes): ([LoggedEvent], Int) = ([], 0)
            for event in state.events[Int(seq + 1 - first.seq)...] where event.seq <= head {
                guard found.count < limit, bytes < byteLimit else { return (found, true) }
                found.append(event)
                bytes += event.textByteCount
            }
            return (found, false)
        }
    }
}

extension LoggedEvent {
    /// The size of the event's texts, in bytes.
    fileprivate var textByteCount: Int { (data?.count ?? 0) + `internal`.count }
}
