import DequeModule

/// The places of the blocks in a spool's file: which wait, in their order, and which are free.
struct SpoolBlocks {
    /// The most blocks that the file holds.
    let limit: Int
    private var waiting = Deque<Int>()
    private var free: [Int] = []
    /// The places beyond were never used.
    private var end = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// The number of places that are in use.
    var count: Int { end - free.count }
    var isEmpty: Bool { waiting.isEmpty }

    /// Takes a place for a block that is about to be written; nil where the file is full.
    mutating func reserve() -> Int? {
        if let place = free.popLast() { return place }
        guard end < limit else { return nil }
        defer { end += 1 }
        return end
    }

    /// Adds a block that is written, behind all others.
    mutating func append(_ place: Int) {
        waiting.append(place)
    }

    /// Takes out the oldest block. Its place stays in use until `release`.
    mutating func popFirst() -> Int? { waiting.popFirst() }

    mutating func release(_ place: Int) {
        free.append(place)
    }
}
