import Synchronization

/// A generator of random numbers that asks the system once for the whole process: SplitMix64 over a counter that all
/// threads share. For jitter and identifiers. Unfit for secrets: whoever knows one number knows all of them.
public struct QuickRandomNumberGenerator: RandomNumberGenerator, Sendable {
    private static let state = Atomic(UInt64.random(in: .min ... .max))

    public init() {}

    public mutating func next() -> UInt64 {
        var mixed = Self.state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
