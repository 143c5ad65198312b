import OrderLog
import Orders

@testable import Projections

extension OrderListRequest {
    /// Tells whether an order has what each filter asks for: the plain meaning of the filters, without an index.
    func finds(_ order: Order) -> Bool {
        scope.contains(shop: order.shop, customer: order.customer)
            && (statuses.isEmpty || statuses.contains(order.announced?.rawValue ?? ""))
            && (attention.map { $0 == !order.attentionReasons.isEmpty } ?? true)
            && (placedAfter.map { order.placedAt >= $0 } ?? true)
            && (placedBefore.map { order.placedAt < $0 } ?? true)
            && (carrier.map { carrier in
                order.carriers.contains { OrderKeys.carrierKey($0) == OrderKeys.carrierKey(carrier) }
            } ?? true)
    }
}
