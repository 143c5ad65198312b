package import Foundation
package import Orders

/// A moment in an order's past.
package enum PastMoment: Sendable, Hashable {
    /// After the order's event of this version.
    case version(Int)
    /// When the log had come so far.
    case seq(Int64)
    /// By this time, as recorded.
    case time(Timestamp)

    func includes(_ event: LoggedEvent) -> Bool {
        switch self {
        case .version(let version): event.version <= version
        case .seq(let seq): event.seq <= seq
        case .time(let time): event.recordedAt <= time
        }
    }
}

extension LogReader {
    /// An order as it was, folded from its events.
    ///
    /// - Returns: nil where the order is not there, not within the scope, was not placed by then, or has not come to that
    ///   version yet.
    package func order(_ orderId: UUID, scope: ReadScope, at moment: PastMoment) async throws -> StoredOrder? {
        if case .version(let version) = moment, version < 1 { return nil }
        var order = Order(orderId: orderId)
        var last: LoggedEvent?
        folding: while true {
            let page = try await events(after: last?.seq ?? 0, limit: 500, scope: scope, orderId: orderId)
            for event in page.events {
                guard moment.includes(event) else { break folding }
                try order.replay(event)
                last = event
            }
            guard page.isCut else { break }
        }
        if case .version(let version) = moment, order.version < version { return nil }
        return last.map { last in
            StoredOrder(
                order: order,
                position: registry.current.position(of: last.seq),
                recordedAt: last.recordedAt
            )
        }
    }
}
