/// Chains of events, one for each value of the low bits of their keys' hashes, newest first. They lead to a key's
/// events among many.
///
/// An event that is added costs one read and one write, and one that is dropped costs nothing: a chain is followed no
/// further than to the oldest event that is kept. In a dictionary both would be searched for.
struct EventChains {
    /// The newest event of each chain; 0 where there is none. Their number is a power of two.
    private var newest: [Int64] = []

    private static let minimumCount = 1024

    /// Returns true where there are fewer chains than events.
    func needsGrowth(for count: Int) -> Bool { count > newest.count }

    /// Removes all events, and makes at least so many chains.
    mutating func reset(for count: Int) {
        var chains = Self.minimumCount
        while chains < count { chains *= 2 }
        newest = Array(repeating: 0, count: chains)
    }

    /// The newest event of a hash's chain; 0 where there is none.
    func newest(of hash: UInt32) -> Int64 { newest.isEmpty ? 0 : newest[index(of: hash)] }

    /// Puts an event in front of its hash's chain.
    ///
    /// - Returns: the event that was the newest of the chain; 0 where there was none.
    mutating func add(_ seq: Int64, to hash: UInt32) -> Int64 {
        let index = index(of: hash)
        defer { newest[index] = seq }
        return newest[index]
    }

    /// Removes the newest event of a hash's chain.
    ///
    /// - Parameter previous: the event that was the newest before it.
    mutating func removeNewest(of hash: UInt32, leaving previous: Int64) { newest[index(of: hash)] = previous }

    private func index(of hash: UInt32) -> Int { Int(hash) & (newest.count - 1) }
}
