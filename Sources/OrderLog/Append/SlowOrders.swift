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

    /// Divides a batch into commands that run together and those that run alone after them, in their order.
    ///
    /// A scan by tracking number names no order, so that it must not overtake a command that stands before it: from the
    /// first slow order's command on, a batch with such a scan runs one by one.
    func divide(_ batch: [AppendQueue.Entry]) -> (together: [AppendQueue.Entry], alone: [AppendQueue.Entry]) {
        guard let first = batch.firstIndex(where: { contains($0.submission.orderId) }) else { return (batch, []) }
        let (before, rest) = (Array(batch[..<first]), batch[first...])
        if rest.contains(where: { $0.submission.trackingKey != nil }) { return (before, Array(rest)) }
        return (
            before + rest.filter { !contains($0.submission.orderId) },
            rest.filter { contains($0.submission.orderId) }
        )
    }

    func isEmpty(at now: ContinuousClock.Instant = .now) -> Bool { !ends.values.contains { $0 > now } }

    func contains(_ orderId: UUID?, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let orderId, let end = ends[orderId] else { return false }
        return end > now
    }
}
