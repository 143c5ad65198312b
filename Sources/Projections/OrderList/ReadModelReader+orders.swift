import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    /// Reads a page of the order list. A page of large orders has fewer of them than requested.
    package func orders(_ request: OrderListRequest) async throws -> OrderListPage {
        var isCarrierRare = false
        if let rarity = OrderListStatement.rarity(of: request) {
            isCarrierRare = try OrderListStatement.decodeRarity(
                await read([rarity], switches: [.bitmapScans]).results[0]
            )
        }
        let statement = OrderListStatement(request, isCarrierRare: isCarrierRare)
        let (results, epochs) = try await read([statement.query], switches: statement.switches)
        let rows = results[0]
        guard let first = rows.first else { throw ProjectionFailure.missing(OrderListModel.name) }
        let position = epochs.position(of: try first.get(rows.column("checkpoint", as: Int64.self)))
        // A list without orders is one row whose order is NULL.
        let found = try StoredStates(rows)
        let page = StoredStates(rows: Array(found.rows.prefix(request.limit)))
        // An order's events up to a given one never change: they may be read after the page.
        let orders = try await page.records { try await read([$0]).results[0] }.map { StoredOrder($0, in: epochs) }
        let hasMore = rows.count > request.limit || !found.leftOut.isEmpty
        let last = hasMore ? orders.last : nil
        let next = last.map { OrderListCursor(placedAt: $0.order.placedAt, orderId: $0.order.orderId) }
        return OrderListPage(orders: orders, next: next, position: position)
    }
}
