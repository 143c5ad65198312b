import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    /// Reads a page of the order list.
    package func orders(_ request: OrderListRequest) async throws -> OrderListPage {
        let rows = try await read([OrderListStatement(request).query])[0]
        guard let first = rows.first else { throw ProjectionFailure.missing(OrderListModel.name) }
        let epochs = registry.current
        let position = epochs.position(of: try first.get(rows.column("checkpoint", as: Int64.self)))
        let state = try EncodedOrder.Columns(rows)
        // A list without orders is one row whose order is NULL.
        let orders = try rows.prefix(request.limit).compactMap { row in
            try state.read(row).map { StoredOrder(try $0.record(), in: epochs) }
        }
        let last = rows.count > request.limit ? orders.last : nil
        let next = last.map { OrderListCursor(placedAt: $0.order.placedAt, orderId: $0.order.orderId) }
        return OrderListPage(orders: orders, next: next, position: position)
    }
}
