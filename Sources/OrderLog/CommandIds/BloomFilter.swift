/// A Bloom filter over command ids: what it does not hold was never put in; what it seems to hold may not be there.
///
/// B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13 (1970); the k probes from two hashes
/// as by A. Kirsch and M. Mitzenmacher, "Less hashing, same performance", ESA 2006.
struct BloomFilter: Sendable {
    private var words: [UInt64]
    private let mask: UInt64
    private let probes: UInt64
    /// How often an id was put in.
    private(set) var count = 0

    /// About 0.05% of unknown ids seem known when it holds as many as it was made for.
    private static let bitsPerId = 16

    /// - Parameters:
    ///   - expected: how many ids it is made for. More may be put in; then more unknown ones seem known.
    ///   - maximumBytes: its size at most, a power of two, whatever is expected.
    init(expected: Int, maximumBytes: Int = 32 << 20) {
        let wanted = max(expected, 1024).multipliedReportingOverflow(by: Self.bitsPerId)
        let limit = maximumBytes * 8
        var bits = 1 << 14
        while bits < limit, wanted.overflow || bits < wanted.partialValue { bits <<= 1 }
        words = [UInt64](repeating: 0, count: bits / 64)
        mask = UInt64(bits - 1)
        // ln 2 × bits per id is best; a few less cost little and save cache misses.
        let perId = Double(bits) / Double(max(expected, 1))
        probes = UInt64(min(max((perId * 0.69).rounded(), 2), 10))
    }

    /// Bytes of memory.
    var size: Int { words.count * 8 }

    mutating func insert(_ id: String) { insert(utf8: id.utf8) }

    /// - Parameter id: in UTF-8.
    mutating func insert(utf8 id: some Sequence<UInt8>) {
        count += 1
        let (first, step) = Self.hashes(id)
        for probe in 0..<probes {
            let bit = (first &+ probe &* step) & mask
            words[Int(bit >> 6)] |= 1 << (bit & 63)
        }
    }

    func mayContain(_ id: String) -> Bool {
        let (first, step) = Self.hashes(id.utf8)
        for probe in 0..<probes {
            let bit = (first &+ probe &* step) & mask
            if words[Int(bit >> 6)] & (1 << (bit & 63)) == 0 { return false }
        }
        return true
    }

    /// FNV-1a over the id's bytes, and two finalisers of SplitMix64 to spread it.
    private static func hashes(_ id: some Sequence<UInt8>) -> (UInt64, UInt64) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return (mix(hash), mix(hash ^ 0x9E37_79B9_7F4A_7C15) | 1)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
