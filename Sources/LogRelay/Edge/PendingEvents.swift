import DequeModule
import OrderLog

/// Events from Redis beyond a gap, kept until the log has told of those in the gap, bounded in bytes.
///
/// Without them an edge whose replica lags would never catch up with Redis while events keep coming.
struct PendingEvents {
    private var events: Deque<LoggedEvent> = []
    private var bytes = 0
    private let byteLimit: Int

    init(byteLimit: Int = 16 << 20) {
        self.byteLimit = byteLimit
    }

    var isEmpty: Bool { events.isEmpty }
    var byteCount: Int { bytes }

    /// Adds events that follow each other. Where they do not follow those that are kept, they replace them. Beyond the
    /// limit the oldest go.
    mutating func add(_ more: some Collection<LoggedEvent>) {
        guard let first = more.first else { return }
        if let last = events.last, first.seq > last.seq + 1 { removeAll() }
        for event in more where event.seq > events.last?.seq ?? 0 {
            events.append(event)
            bytes += RelayRow.size(event)
        }
        while bytes > byteLimit, let oldest = events.popFirst() { bytes -= RelayRow.size(oldest) }
    }

    /// Takes the events after a place, where the next one is among them. Older ones are dropped.
    mutating func take(after seq: Int64) -> [LoggedEvent] {
        while let first = events.first, first.seq <= seq {
            events.removeFirst()
            bytes -= RelayRow.size(first)
        }
        guard events.first?.seq == seq + 1 else { return [] }
        defer { removeAll() }
        return Array(events)
    }

    /// Drops the events after a place.
    mutating func truncate(after seq: Int64) {
        while let last = events.last, last.seq > seq {
            events.removeLast()
            bytes -= RelayRow.size(last)
        }
    }

    mutating func removeAll() {
        (events, bytes) = ([], 0)
    }
}
