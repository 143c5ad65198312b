/// Deadlines in order, earliest first, each with an id. In the binary heap cancelled ids stay until they come to the
/// top or outnumber the live ones, so that cancelling, the usual end of a timeout, costs next to nothing.
struct DeadlineHeap {
    typealias ID = UInt64

    private struct Entry {
        let deadline: UInt64
        let id: ID
    }

    private var entries: [Entry] = []
    private var live: Set<ID> = []
    private var nextID: ID = 0

    var count: Int { live.count }

    /// Adds a deadline in nanoseconds of the monotonic clock.
    mutating func insert(deadline: UInt64) -> ID {
        nextID += 1
        live.insert(nextID)
        entries.append(Entry(deadline: deadline, id: nextID))
        siftUp(entries.count - 1)
        return nextID
    }

    mutating func cancel(_ id: ID) {
        guard live.remove(id) != nil else { return }
        if entries.count > 64 + 2 * live.count { compact() }
    }

    /// The earliest live deadline.
    mutating func next() -> UInt64? {
        dropCancelled()
        return entries.first?.deadline
    }

    /// Removes and returns the earliest entry that is due.
    mutating func popDue(now: UInt64) -> ID? {
        dropCancelled()
        guard let first = entries.first, first.deadline <= now else { return nil }
        removeFirst()
        live.remove(first.id)
        return first.id
    }

    private mutating func dropCancelled() {
        while let first = entries.first, !live.contains(first.id) { removeFirst() }
    }

    private mutating func compact() {
        // A sorted array is a valid heap.
        entries = entries.filter { live.contains($0.id) }.sorted { $0.deadline < $1.deadline }
    }

    private mutating func removeFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { return }
            let right = left + 1
            let child = right < entries.count && entries[right].deadline < entries[left].deadline ? right : left
            guard entries[child].deadline < entries[parent].deadline else { return }
            entries.swapAt(child, parent)
            parent = child
        }
    }

    private mutating func siftUp(_ index: Int) {
        var child = index
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }
}
