import OrderLog

/// A lane's copy of the hub's recent events and of their history. The frames are shared with the hub.
struct RecentEventsMirror {
    private(set) var events: RecentEvents
    private(set) var history = EpochTable()
    /// The events after which history was cut, fork by fork.
    private(set) var forks: [Int64] = []
    private let capacity: Int

    /// - Parameter capacity: the most bytes kept, as in the hub.
    init(capacity: Int) {
        self.capacity = capacity
        events = RecentEvents(after: 0, capacity: capacity)
    }

    mutating func setHistory(_ history: EpochTable) { self.history = history }

    /// Forgets the events after a fork.
    mutating func fork(after seq: Int64) {
        forks.append(seq)
        events.truncate(after: seq)
    }

    /// Forgets all events, since the hub no longer has those that follow them.
    mutating func skip(to floor: Int64) { events = RecentEvents(after: floor, capacity: capacity) }

    mutating func append(_ frames: [EventFrame]) {
        for frame in frames { events.append(frame) }
    }
}
