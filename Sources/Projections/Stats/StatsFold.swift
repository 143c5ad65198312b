import Foundation
import OrderLog

/// Folds events into the statistics: pure, from the known rows of their orders to new or changed rows.
struct StatsFold {
    private(set) var orders: [UUID: StatsOrder]
    private(set) var changed: Set<UUID> = []
    private(set) var sums = StatsSums()

    init(_ orders: [UUID: StatsOrder]) {
        self.orders = orders
    }

    mutating func add(_ event: LoggedEvent) {
        var order = orders[event.orderId]
        guard sums.add(event, to: &order) else { return }
        orders[event.orderId] = order
        changed.insert(event.orderId)
    }
}
