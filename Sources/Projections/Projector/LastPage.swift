import OrderLog

/// The events that were read last on a connection: the read models follow each other closely, and each would otherwise read
/// and decode the same ones. What is visible of a history never changes.
struct LastPage {
    private var events: [LoggedEvent] = []
    /// As many as were asked for, so more may follow.
    private(set) var isFull = false

    /// Keeps what was read.
    mutating func keep(_ events: [LoggedEvent], limit: Int) {
        self.events = events
        isFull = events.count == limit
    }

    /// What it holds of the events after `seq`, from the very next on; nil where it has none.
    func events(after seq: Int64) -> [LoggedEvent]? {
        guard let first = events.first, let last = events.last, first.seq <= seq + 1, last.seq > seq else { return nil }
        return Array(events[Int(seq + 1 - first.seq)...])
    }
}
