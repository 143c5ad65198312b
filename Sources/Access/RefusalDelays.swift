/// The time for which a caller that sends too many requests waits for each refusal, so that one that does not heed
/// `Retry-After` keeps the service busy with few of them. Pure.
///
/// The more refusals of a caller wait, the longer each of them waits: however many connections it opens, about five
/// hundred of its requests are refused in a second.
package struct RefusalDelays: Sendable {
    /// The refusals of a caller for which the delay grows by a second.
    private static let refusalsPerSecond = 512.0
    /// The bounds of a delay, in seconds. The service ends within 10 s, and lets requests finish.
    private static let bounds = 1.0...4.0

    /// The refusals that wait, of all callers. Further ones are given at once.
    private let maximum: Int
    private var waiting: [RateKey: Int] = [:]
    private(set) var count = 0

    package init(maximum: Int = 4096) {
        self.maximum = maximum
    }

    /// Begins to delay a refusal. `ended(_:)` must follow where the result is not nil.
    ///
    /// - Returns: seconds; nil where too many refusals wait already.
    package mutating func begin(_ key: RateKey) -> Double? {
        guard count < maximum else { return nil }
        count += 1
        let others = waiting[key, default: 0]
        waiting[key] = others + 1
        return min(Self.bounds.upperBound, Self.bounds.lowerBound + Double(others) / Self.refusalsPerSecond)
    }

    /// A refusal is given.
    package mutating func ended(_ key: RateKey) {
        count -= 1
        guard let known = waiting[key] else { return }
        waiting[key] = known > 1 ? known - 1 : nil
    }
}
