/// The newest blocks of a group by the cursor that they follow, for streams of the group with the same cursor.
struct LaneBlockCache: Sendable {
    /// The most bytes kept. A block that a slow stream still sends stays in memory with that stream.
    private static let capacity = 1024 * 1024

    private var recent: [(after: Int64, block: LaneBlock)] = []
    private var size = 0

    func block(after cursor: Int64) -> LaneBlock? {
        // Most streams need the newest.
        recent.last { $0.after == cursor }?.block
    }

    mutating func insert(_ block: LaneBlock, after cursor: Int64) {
        recent.append((cursor, block))
        size += block.bytes.count + 64
        while size > Self.capacity, recent.count > 1 {
            size -= recent.removeFirst().block.bytes.count + 64
        }
    }

    mutating func removeAll() { self = LaneBlockCache() }
}
