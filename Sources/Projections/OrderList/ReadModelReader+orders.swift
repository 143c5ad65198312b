package import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    /// Reads a page of the order list. A page of large orders has fewer of them than requested.
    ///
    /// - Parameter transform: makes an entry of each order, on any thread.
    package func orders<Entry: Sendable>(
        _ request: OrderListRequest,
        _ transform: @escaping @Sendable (StoredOrder) -> Entry
    ) async throws -> OrderListPage<Entry> {
        let (rows, epochs) = try await rows(of: request)
        guard let first = rows.first else { throw ProjectionFailure.missing(OrderListModel.name) }
        let checkpoint = try first.get(rows.column("checkpoint", as: Int64.self))
        try await watch?.require(checkpoint, in: epochs)
        let position = epochs.position(of: checkpoint)
        // A list without orders is one row whose order is NULL.
        let found = try StoredStates(rows)
        let page = StoredStates(rows: Array(found.rows.prefix(request.limit)))
        // An order's events up to a given one never change: they may be read after the page.
        let orders = try await page.concurrentMap {
            try await read([$0]).results[0]
        } transform: { record in
            let cursor = OrderListCursor(placedAt: record.order.placedAt, orderId: record.order.orderId)
            return (entry: transform(StoredOrder(record, in: epochs)), cursor: cursor)
        }
        let hasMore = rows.count > request.limit || !found.leftOut.isEmpty
        let newest =
            request.scope.customer == nil
            ? nil : epochs.position(of: try first.get(rows.column("newest", as: Int64.self)))
        return OrderListPage(
            orders: orders.map(\.entry),
            next: hasMore ? orders.last?.cursor : nil,
            isCut: !found.leftOut.isEmpty,
            position: position,
            newest: newest
        )
    }

    private func rows(of request: OrderListRequest) async throws -> (PostgresResult, EpochTable) {
        func read(_ search: CarrierSearch) async throws -> (PostgresResult, EpochTable) {
            let statement = OrderListStatement(request, carrierSearch: search)
            let (results, epochs) = try await self.read([statement.query], switches: statement.switches)
            return (results[0], epochs)
        }
        guard let carrier = request.carrier, !request.isNarrow else { return try await read(.filtered) }
        // A page of some states among many orders of a carrier goes by the index of these states.
        if request.isForStates, try await !isRare(carrier) { return try await read(.filtered) }
        let (rows, epochs) = try await read(.walked)
        let layout = try rows.first?.get("layout", as: Int32.self) ?? 0
        if layout >= OrderListModel.carriersLayout { return (rows, epochs) }
        // A former version of Waybill has built the list: it is read as that version did, until it is built again.
        return try await read(isRare(carrier) ? .inverted : .filtered)
    }

    /// Tells whether a carrier has few orders. The outcome of the count is kept for a while, and a count that takes too
    /// long counts as many.
    private func isRare(_ carrier: String) async throws -> Bool {
        let key = OrderKeys.carrierKey(carrier)
        if let isRare = carriers.isRare(key) { return isRare }
        var isRare = false
        do {
            let results = try await read(CarrierSearch.rarity(of: carrier), switches: [.bitmapScans]).results
            isRare = try CarrierSearch.decodeRarity(results)
        } catch let error as PostgresError where error.sqlState == "57014" {
            isRare = false
        }
        carriers.set(key, isRare: isRare)
        return isRare
    }
}
