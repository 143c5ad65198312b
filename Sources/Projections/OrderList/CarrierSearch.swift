import OrderLog
import Postgres

/// The ways in which a page of the order list finds the orders of a carrier.
enum CarrierSearch {
    /// Along an index of the carrier's own orders, in the list's order. Needs rows of a layout that has them.
    case walked
    /// All of them by the inverted index, and then sorted: for few orders.
    case inverted
    /// Among the orders that the other filters find.
    case filtered

    /// The largest number of orders of a rare carrier.
    private static let rareLimit: Int64 = 10_000

    /// The longest time for the count of a carrier's orders.
    private static let rarityMilliseconds = 500

    /// The statements that tell whether a carrier is rare, with a limit to their time. The planner knows only while its
    /// statistics are up to date. Rows of a former layout need bitmap scans.
    static func rarity(of carrier: String) -> [PostgresQuery] {
        func count(_ found: String) -> String {
            "(select count(*) from (select from \(found) limit \(rareLimit + 1)) found)"
        }
        let carriers = "\(OrderCarrier.table) t where t.model_version = a.version and t.carrier = $1"
        let keys = "order_list_keys t where t.model_version = a.version and t.carriers @> array[$1]"
        return [
            PostgresQuery("select set_config('statement_timeout', '\(rarityMilliseconds)', true)"),
            PostgresQuery(
                """
                select case when p.layout >= \(OrderListModel.carriersLayout) then \(count(carriers))
                    else \(count(keys)) end as orders
                from projection_active a join projections p on p.name = a.name and p.version = a.version
                where a.name = '\(OrderListModel.name)'
                """,
                [OrderKeys.carrierKey(carrier)]
            ),
        ]
    }

    /// Decodes the results of `rarity`.
    static func decodeRarity(_ results: [PostgresResult]) throws -> Bool {
        try results[1].first.map { try $0.get("orders", as: Int64.self) <= rareLimit } ?? false
    }
}

extension OrderListRequest {
    /// The request is for one customer's orders, or those of one number: few.
    var isNarrow: Bool { [scope.customer, customer, number, trackingNumber].contains { $0 != nil } }

    /// The request is for all orders, of a range at most.
    var hasNoFilter: Bool { !isNarrow && scope.shops == nil && statuses.isEmpty && carrier == nil && attention == nil }

    /// The request is for the newest orders of shops or of headlines, and has no filter that another index serves.
    var isNewestOfColumn: Bool {
        !isNarrow && carrier == nil && attention == nil && cursor == nil && placedAfter == nil && placedBefore == nil
    }

    /// The request is for some states of the orders alone, which may be none of a carrier's newest orders.
    var isForStates: Bool { !statuses.isEmpty || attention == true }
}
