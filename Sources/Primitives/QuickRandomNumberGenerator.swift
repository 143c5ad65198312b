import Synchronization

/// A generator of random numbers that asks the system once for the whole process: the hash of a counter that all
/// threads share, under the process's own random key (SipHash). Who knows some of the numbers learns neither others nor
/// how many there were. For jitter and identifiers; secrets come from the system itself.
public struct QuickRandomNumberGenerator: RandomNumberGenerator, Sendable {
    private static let key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    private static let counter = Atomic<UInt64>(0)

    public init() {}

    public mutating func next() -> UInt64 {
        var hasher = Hasher()
        // Swift's own key is a constant where `SWIFT_DETERMINISTIC_HASHING` is set.
        hasher.combine(Self.key.0)
        hasher.combine(Self.counter.wrappingAdd(1, ordering: .relaxed).newValue)
        hasher.combine(Self.key.1)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
