package import Foundation
import Orders

extension LogReader {
    /// Reads an order as it was at a moment in the past, folded from its events.
    ///
    /// - Returns: nil where the order does not exist, is not within the scope, was not placed by then, or has not
    ///   reached that version yet.
    package func order(_ orderId: UUID, scope: ReadScope, at moment: PastMoment) async throws -> StoredOrder? {
        if case .version(let version) = moment, version < 1 { return nil }
        var order = Order(orderId: orderId)
        var last: LoggedEvent?
        var history = EpochTable()
        folding: while true {
            let page = try await events(
                after: last?.seq ?? 0,
                through: moment.through,
                limit: 500,
                scope: scope,
                orderId: orderId
            )
            history = page.history
            for event in page.events {
                guard moment.includes(event) else { break folding }
                try order.replay(event)
                last = event
            }
            guard page.hasMore else { break }
        }
        if case .version(let version) = moment, order.version < version { return nil }
        return last.map { last in
            StoredOrder(
                order: order,
                position: history.position(of: last.seq),
                recordedAt: last.recordedAt
            )
        }
    }
}
