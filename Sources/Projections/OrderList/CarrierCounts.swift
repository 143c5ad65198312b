import Primitives
import Synchronization

/// The carriers that were found rare or common lately, so that not each page of the order list counts a carrier's
/// orders.
final class CarrierCounts: Sendable {
    private struct Outcome {
        let isRare: Bool
        let until: ContinuousClock.Instant
    }

    /// A carrier that becomes common within this time is still found right, at the cost of a sort.
    private static let lifetime: Duration = .seconds(60)

    private let outcomes = Mutex(LRUCache<String, Outcome>(capacity: 1000))

    /// - Returns: nil where the carrier's orders are to be counted.
    func isRare(_ carrier: String, now: ContinuousClock.Instant = .now) -> Bool? {
        outcomes.withLock { outcomes in
            guard let outcome = outcomes.value(for: carrier), now < outcome.until else { return nil }
            return outcome.isRare
        }
    }

    func set(_ carrier: String, isRare: Bool, now: ContinuousClock.Instant = .now) {
        outcomes.withLock { $0.set(Outcome(isRare: isRare, until: now + Self.lifetime), for: carrier) }
    }
}
