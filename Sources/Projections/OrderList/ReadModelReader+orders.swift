import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    /// Reads a page of the order list. A page of large orders has fewer of them than requested.
    package func orders(_ request: OrderListRequest) async throws -> OrderListPage {
        let statement = OrderListStatement(request, isCarrierRare: try await isCarrierRare(in: request))
        let (results, epochs) = try await read([statement.query], switches: statement.switches)
        let rows = results[0]
        guard let first = rows.first else { throw ProjectionFailure.missing(OrderListModel.name) }
        let checkpoint = try first.get(rows.column("checkpoint", as: Int64.self))
        try await watch?.require(checkpoint, in: epochs)
        let position = epochs.position(of: checkpoint)
        // A list without orders is one row whose order is NULL.
        let found = try StoredStates(rows)
        let page = StoredStates(rows: Array(found.rows.prefix(request.limit)))
        // An order's events up to a given one never change: they may be read after the page.
        let orders = try await page.records { try await read([$0]).results[0] }.map { StoredOrder($0, in: epochs) }
        let hasMore = rows.count > request.limit || !found.leftOut.isEmpty
        let last = hasMore ? orders.last : nil
        let next = last.map { OrderListCursor(placedAt: $0.order.placedAt, orderId: $0.order.orderId) }
        let newest =
            request.scope.customer == nil
            ? nil : epochs.position(of: try first.get(rows.column("newest", as: Int64.self)))
        return OrderListPage(
            orders: orders,
            next: next,
            isCut: !found.leftOut.isEmpty,
            position: position,
            newest: newest
        )
    }

    /// Tells whether a request's carrier has few orders. The count costs as much as the carrier has orders, so that its
    /// outcome is kept for a while, and a count that takes too long counts as many.
    private func isCarrierRare(in request: OrderListRequest) async throws -> Bool {
        guard let carrier = request.carrier, let rarity = OrderListStatement.rarity(of: request) else { return false }
        let key = OrderKeys.carrierKey(carrier)
        if let isRare = carriers.isRare(key) { return isRare }
        var isRare = false
        do {
            let limit = PostgresQuery("set local statement_timeout = \(OrderListStatement.rarityMilliseconds)")
            let rows = try await read([limit, rarity], switches: [.bitmapScans]).results[1]
            isRare = try OrderListStatement.decodeRarity(rows)
        } catch let error as PostgresError where error.sqlState == "57014" {
            isRare = false
        }
        carriers.set(key, isRare: isRare)
        return isRare
    }
}
