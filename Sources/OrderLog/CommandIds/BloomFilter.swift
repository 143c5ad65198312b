/// A Bloom filter over command ids: an id that it does not contain was never inserted; one that it seems to contain may
/// not have been.
///
/// B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13 (1970); the k probes from two
/// hashes as by A. Kirsch and M. Mitzenmacher, "Less hashing, same performance", ESA 2006.
struct BloomFilter: Sendable {
    private var words: [UInt64]
    private let mask: UInt64
    private let probes: UInt64
    /// The number of insertions.
    private(set) var count = 0

    /// Bits for each expected id: about 0.05 % of unknown ids then seem known.
    private static let bitsPerId = 16

    /// - Parameters:
    ///   - expectedCount: the number of ids that the filter is made for. With more of them more unknown ids seem known.
    ///   - maximumBytes: the largest size of the filter, a power of two, whatever is expected.
    init(expectedCount: Int, maximumBytes: Int = 32 << 20) {
        let wanted = max(expectedCount, 1024).multipliedReportingOverflow(by: Self.bitsPerId)
        let limit = maximumBytes * 8
        var bits = 1 << 14
        while bits < limit, wanted.overflow || bits < wanted.partialValue { bits <<= 1 }
        words = [UInt64](repeating: 0, count: bits / 64)
        mask = UInt64(bits - 1)
        // The optimum is ln 2 × bits per id; a few probes less cost little and save cache misses.
        let perId = Double(bits) / Double(max(expectedCount, 1))
        probes = UInt64(min(max((perId * 0.69).rounded(), 2), 10))
    }

    /// The filter's size in memory, in bytes.
    var byteCount: Int { words.count * 8 }

    mutating func insert(_ id: String) { insert(utf8: id.utf8) }

    /// - Parameter id: the id's bytes in UTF-8.
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

    /// Two hashes of an id: FNV-1a over its bytes, spread by two finalisers of SplitMix64.
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
