import Foundation

/// The orders for which a command has taken too long. Their commands run alone for a while, so that a client that sends
/// such a command again does not cost a whole batch its time each time.
struct SlowOrders {
    private var ends: [UUID: ContinuousClock.Instant] = [:]

    /// The time for which an order's commands run alone.
    private static let duration: Duration = .seconds(60)
    /// The largest number of orders that are remembered.
    private static let limit = 256

    /// Remembers an order. With too many of them, those that end first are forgotten.
    mutating func insert(_ orderId: UUID, at now: ContinuousClock.Instant = .now) {
        ends = ends.filter { $0.value > now }
        if ends.count >= Self.limit, let first = ends.min(by: { $0.value < $1.value }) { ends[first.key] = nil }
        ends[orderId] = now + Self.duration
    }

    func contains(_ orderId: UUID?, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let orderId, let end = ends[orderId] else { return false }
        return end > now
    }
}
