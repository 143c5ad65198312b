import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    /// A page of the order list.
    package func orders(_ request: OrderListRequest) async throws -> OrderListPage {
        let rows = try await read([OrderListStatement(request).query])[0]
        guard let first = rows.first else { throw ProjectionFailure.missing(OrderListModel.name) }
        let epochs = registry.current
        let position = epochs.position(of: try first.get(0, as: Int64.self))
        guard try first.get(1, as: Int64?.self) != nil else {
            return OrderListPage(orders: [], next: nil, position: position)
        }
        let orders = try rows.prefix(request.limit).map { row in
            let recordedAt = try row.get(2, as: PostgresTimestamp.self)
            return StoredOrder(
                order: try Order(state: Array(row.get(3, as: String.self).utf8)),
                position: epochs.position(of: try row.get(1, as: Int64.self)),
                recordedAt: Timestamp(unixMicroseconds: recordedAt.unixMicroseconds)
            )
        }
        let last = rows.count > request.limit ? orders.last : nil
        let next = last.map { OrderListCursor(placedAt: $0.order.placedAt, orderId: $0.order.orderId) }
        return OrderListPage(orders: orders, next: next, position: position)
    }
}
