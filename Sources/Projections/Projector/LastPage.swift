import OrderLog

/// The events that a connection read last. The read models follow each other closely, so that the next one mostly needs
/// the same events and does not read them again. The visible events of a history never change.
struct LastPage {
    private var events: [LoggedEvent] = []
    /// As many events as requested, or as many bytes as a page holds, were read, so that more may follow.
    private(set) var isFull = false

    /// Replaces the kept events.
    mutating func keep(_ events: [LoggedEvent], isFull: Bool) {
        self.events = events
        self.isFull = isFull
    }

    /// The kept events after `seq`, from the very next on; nil where the page does not have the next one.
    func events(after seq: Int64) -> [LoggedEvent]? {
        guard let first = events.first, let last = events.last, first.seq <= seq + 1, last.seq > seq else { return nil }
        return Array(events[Int(seq + 1 - first.seq)...])
    }
}
