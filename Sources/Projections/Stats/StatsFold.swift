import Foundation
import OrderLog
import Orders

/// What the statistics remember of an order.
package struct StatsOrder: Sendable, Hashable {
    let orderId: UUID
    let shop: String
    let number: String
    var status: String
    /// Since when the headline is shown, as recorded.
    var since: Timestamp
    /// Since when somebody should look; nil when nobody needs to.
    var attentionSince: Timestamp?
    /// The type of the last event that spoke of a parcel's trouble.
    var trouble: String?
    /// The open ones, as `version:code`.
    var anomalies: [String]
}

/// Adds events up: pure, from what is known of their orders to rows that are new or changed.
struct StatsFold {
    private(set) var orders: [UUID: StatsOrder]
    private(set) var changed: Set<UUID> = []
    private(set) var sums = StatsSums()

    init(_ orders: [UUID: StatsOrder]) {
        self.orders = orders
    }

    mutating func add(_ event: LoggedEvent) throws {
        var order = orders[event.orderId]
        guard try sums.add(event, to: &order) else { return }
        orders[event.orderId] = order
        changed.insert(event.orderId)
    }
}
