/// Finds a key's events among many: the events whose keys have equal hashes form a chain, newest first.
///
/// Adding an event costs one read and one write, and an event that is dropped costs nothing: whoever follows a chain
/// ends it at the oldest event that is kept. A dictionary would be searched four times for each event.
struct EventChains {
    /// The newest event of each chain; 0 where there is none.
    private var newest: [Int64] = []

    /// The fewest chains. Their number is a power of two.
    private static let leastCount = 1024

    /// So many events are more than there are chains, so that chains would hold the events of several keys.
    func isFull(of count: Int) -> Bool { count > newest.count }

    /// Removes all events, and makes room for so many that chains stay short.
    mutating func reset(for count: Int) {
        var chains = Self.leastCount
        while chains < count { chains *= 2 }
        newest = Array(repeating: 0, count: chains)
    }

    /// The newest event of a chain; 0 where there is none.
    func newest(of hash: Int) -> Int64 { newest.isEmpty ? 0 : newest[index(of: hash)] }

    /// Puts an event in front of its chain.
    ///
    /// - Returns: the event that was the newest of the chain; 0 where there was none.
    mutating func add(_ seq: Int64, to hash: Int) -> Int64 {
        let index = index(of: hash)
        defer { newest[index] = seq }
        return newest[index]
    }

    /// Removes the newest event of a chain.
    ///
    /// - Parameter previous: the event that was the newest before it.
    mutating func removeNewest(of hash: Int, leaving previous: Int64) { newest[index(of: hash)] = previous }

    private func index(of hash: Int) -> Int { hash & (newest.count - 1) }
}
