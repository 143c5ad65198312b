import DequeModule

/// The calls of a log's tail that wait until their events are durable, in order and bounded in bytes.
struct HeldEvents: Sendable {
    /// A call that may be made now.
    enum Call: Sendable, Equatable {
        case begin(after: Int64, EpochTable)
        case publish([LoggedEvent], EpochTable)
        case fork(after: Int64, EpochTable)
    }

    private struct Batch {
        var events: [LoggedEvent]
        var byteCount: Int
    }

    /// The most bytes of events that wait. Beyond, the oldest are forgotten: streams then read them from the log.
    private let capacity: Int
    /// The beginning that waits; nil where it has been told.
    private var beginning: Int64?
    private var batches: Deque<Batch> = []
    private var byteCount = 0
    private var history = EpochTable()

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The last event that waits, or the beginning, and its history; nil where nothing waits.
    var goal: (seq: Int64, history: EpochTable)? {
        (batches.last?.events.last?.seq ?? beginning).map { ($0, history) }
    }

    mutating func begin(after seq: Int64, in history: EpochTable) {
        beginning = seq
        self.history = history
        batches = []
        byteCount = 0
    }

    mutating func add(_ events: [LoggedEvent], in history: EpochTable) {
        self.history = history
        let size = events.reduce(0) { $0 + $1.heldByteCount }
        batches.append(Batch(events: events, byteCount: size))
        byteCount += size
        while byteCount > capacity, batches.count > 1, let oldest = batches.popFirst() { byteCount -= oldest.byteCount }
    }

    /// Forgets what waits and no longer exists.
    ///
    /// - Returns: the call that streams are to get at once.
    mutating func fork(after seq: Int64, to history: EpochTable) -> Call? {
        self.history = history
        beginning = beginning.map { min($0, seq) }
        for index in batches.indices { batches[index].events.removeAll { $0.seq > seq } }
        batches.removeAll { $0.events.isEmpty }
        byteCount = batches.reduce(0) { $0 + $1.byteCount }
        return beginning == nil ? .fork(after: seq, history) : nil
    }

    /// Takes out what is durable.
    ///
    /// - Parameter seq: the last durable event of a history; nil where not even an empty log is durable.
    mutating func takeDurable(_ seq: (EpochTable) -> Int64?) -> [Call] {
        guard goal != nil, let durable = seq(history) else { return [] }
        var calls: [Call] = []
        if let first = beginning {
            guard first <= durable else { return [] }
            calls.append(.begin(after: first, history))
            beginning = nil
        }
        while let batch = batches.first, let first = batch.events.first, first.seq <= durable {
            let ready = batch.events.prefix { $0.seq <= durable }
            calls.append(.publish(Array(ready), history))
            if ready.count == batch.events.count {
                batches.removeFirst()
                byteCount -= batch.byteCount
            } else {
                batches[0].events.removeFirst(ready.count)
                break
            }
        }
        return calls
    }
}

extension LoggedEvent {
    /// The memory of an event that waits, about.
    fileprivate var heldByteCount: Int { 1024 + (data?.count ?? 0) + self.internal.count }
}
