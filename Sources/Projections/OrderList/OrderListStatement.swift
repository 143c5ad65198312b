import OrderLog
import Orders
import Postgres

/// The list's one statement: checkpoint and page in the same snapshot, through the index that fits the filters.
///
/// The text depends on which filters there are, not on their values, so the server parses each combination once.
struct OrderListStatement {
    private var bindings: [any PostgresEncodable] = []
    private var conditions = ["k.model_version = a.version"]
    private var branches: [String] = []
    private var source = "order_list_keys k"
    private let limit: Int

    /// So many ordered walks at most are merged into one page; with more, the planner is left to filter one walk.
    private static let mostBranches = 24

    init(_ request: OrderListRequest) {
        limit = request.limit
        filter(request)
        range(request)
    }

    var query: PostgresQuery {
        // One more than asked for tells whether there is a next page.
        let order = "order by placed_at desc, order_id desc limit \(limit + 1)"
        let walk =
            "select k.order_id, k.placed_at from \(source) where \(conditions.joined(separator: " and "))"
        let page =
            branches.isEmpty
            ? "\(walk) \(order)"
            : """
            select w.order_id, w.placed_at from \(branches.joined(separator: " cross join "))
            cross join lateral (\(walk) \(order)) w \(order)
            """
        return PostgresQuery(
            """
            select p.seq, o.seq, o.recorded_at, o.state
            from projection_active a
            join projections p on p.name = a.name and p.version = a.version
            left join lateral (\(page)) page on true
            left join order_list o on o.order_id = page.order_id and o.model_version = a.version
            where a.name = '\(OrderListModel.name)'
            order by page.placed_at desc, page.order_id desc
            """,
            bindings
        )
    }

    private mutating func bind(_ value: any PostgresEncodable) -> String {
        bindings.append(value)
        return "$\(bindings.count)"
    }

    private mutating func filter(_ request: OrderListRequest) {
        // One customer's orders, or those of one number, are few: their index is entered and the rest filtered.
        let isNarrow =
            [request.scope.customer, request.customer, request.number, request.trackingNumber].contains { $0 != nil }
        let shops = request.scope.shops
        let walks = max(1, shops?.count ?? 1) * max(1, request.statuses.count)
        let merges = !isNarrow && walks <= Self.mostBranches
        if let shops { choose("shop", shops, merges) }
        if !request.statuses.isEmpty { choose("status", request.statuses, merges) }
        for customer in [request.scope.customer, request.customer].compactMap({ $0 }) {
            conditions.append("k.customer = \(bind(customer))")
        }
        if let number = request.number { conditions.append("k.number = \(bind(number))") }
        if let carrier = request.carrier { conditions.append("k.carriers @> \(bind([carrier]))") }
        if let tracking = request.trackingNumber {
            // Found first, whatever else is asked for (`offset 0` keeps the planner from merging the two): it holds every
            // tracking number for equally likely in half a percent of all orders, and would walk the list for one.
            source = """
                (select * from order_list_keys t
                where t.model_version = a.version and t.tracking_numbers @> \(bind([tracking])) offset 0) k
                """
        }
        if let attention = request.attention { conditions.append(attention ? "k.attention" : "not k.attention") }
    }

    /// An index gives its order only below one value of its first column, so several values are as many walks.
    private mutating func choose(_ column: String, _ values: [String], _ merges: Bool) {
        if values.count == 1 {
            conditions.append("k.\(column) = \(bind(values[0]))")
        } else if merges {
            branches.append("unnest(\(bind(values))) b_\(column) (value)")
            conditions.append("k.\(column) = b_\(column).value")
        } else {
            conditions.append("k.\(column) = any(\(bind(values)))")
        }
    }

    private mutating func range(_ request: OrderListRequest) {
        if let after = request.placedAfter { conditions.append("k.placed_at >= \(bind(time(after)))") }
        if let before = request.placedBefore { conditions.append("k.placed_at < \(bind(time(before)))") }
        if let cursor = request.cursor {
            conditions.append("(k.placed_at, k.order_id) < (\(bind(time(cursor.placedAt))), \(bind(cursor.orderId)))")
        }
    }

    private func time(_ time: Timestamp) -> PostgresTimestamp {
        PostgresTimestamp(unixMicroseconds: time.unixMicroseconds)
    }
}
