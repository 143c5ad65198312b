import OrderLog
import Orders

/// Reads an order with the events that its customer sees.
struct TrackReader: Sendable {
    /// The number of events that a page reads at most; a common order has twenty. Of one with more the oldest are read:
    /// its page lacks reasons and entries of the newest ones, but no state.
    private static let eventLimit = 2000
    private static let pageLimit = 500
    /// The bytes of events after which a page reads no further ones: a page of edits to a large order is large.
    private static let byteLimit = 4 << 20

    let reader: LogReader

    /// - Returns: nil for an order that is not there.
    func read(_ link: LiveLink) async throws -> (stored: StoredOrder, events: [TrackedEvent])? {
        guard let stored = try await reader.order(link.orderId, scope: link.scope).stored else { return nil }
        var events: [TrackedEvent] = []
        var (after, bytes): (Int64, Int) = (0, 0)
        while events.count < Self.eventLimit, bytes < Self.byteLimit {
            let page = try await reader.events(
                after: after,
                limit: Self.pageLimit,
                scope: link.scope,
                orderId: link.orderId,
                visibleToCustomers: true,
                byteLimit: Self.byteLimit
            )
            bytes += page.events.reduce(0) { $0 + ($1.data?.count ?? 0) }
            events += page.events.compactMap { TrackedEvent($0) }
            guard page.hasMore else { break }
            after = page.through
        }
        return (stored, events)
    }
}
