import OrderLog
import Orders
import Postgres

/// The statement of the order list: checkpoint and page in one snapshot, through the index that fits the filters.
///
/// The statement's text depends on the filters in use and not on their values, so that the server parses each
/// combination once.
struct OrderListStatement {
    private var bindings: [any PostgresEncodable] = []
    private var conditions = ["k.model_version = a.version"]
    private var branches: [String] = []
    private var source = "order_list_keys k"
    private let limit: Int
    /// The statement goes by the inverted index of carriers and tracking numbers, which only a bitmap scan can use.
    let needsBitmapScans: Bool

    /// The largest number of index scans that are merged into one page. With more of them one scan is filtered instead.
    private static let branchLimit = 24

    init(_ request: OrderListRequest) {
        limit = request.limit
        needsBitmapScans = request.carrier != nil || request.trackingNumber != nil
        addFilters(request)
        addRange(request)
    }

    var query: PostgresQuery {
        // One more order than requested tells whether there is a next page.
        let order = "order by placed_at desc, order_id desc limit \(limit + 1)"
        let scan =
            "select k.order_id, k.placed_at from \(source) where \(conditions.joined(separator: " and "))"
        let page =
            branches.isEmpty
            ? "\(scan) \(order)"
            : """
            select w.order_id, w.placed_at from \(branches.joined(separator: " cross join "))
            cross join lateral (\(scan) \(order)) w \(order)
            """
        return PostgresQuery(
            """
            select s.checkpoint, s.order_id, s.seq, s.recorded_at, s.version, \(StoredStates.boundedState(of: "s"))
            from (
                select p.seq as checkpoint, page.placed_at, page.order_id, o.seq, o.recorded_at, o.version, o.state,
                    \(StoredStates.bytesBefore(of: "o", order: "page.placed_at desc, page.order_id desc"))
                from projection_active a
                join projections p on p.name = a.name and p.version = a.version
                left join lateral (\(page)) page on true
                left join order_list o on o.order_id = page.order_id and o.model_version = a.version
                where a.name = '\(OrderListModel.name)'
            ) s
            order by s.placed_at desc, s.order_id desc
            """,
            bindings
        )
    }

    private mutating func bind(_ value: any PostgresEncodable) -> String {
        bindings.append(value)
        return "$\(bindings.count)"
    }

    private mutating func addFilters(_ request: OrderListRequest) {
        // One customer's orders, or those of one number, are few: the scan of their index is filtered.
        let isNarrow =
            [request.scope.customer, request.customer, request.number, request.trackingNumber].contains { $0 != nil }
        let shops = request.scope.shops
        let scans = max(1, shops?.count ?? 1) * max(1, request.statuses.count)
        let merges = !isNarrow && scans <= Self.branchLimit
        if let shops { addValues(shops, of: "shop", merging: merges, filtering: isNarrow) }
        if !request.statuses.isEmpty {
            addValues(request.statuses, of: "status", merging: merges, filtering: isNarrow)
        }
        for customer in [request.scope.customer, request.customer].compactMap({ $0 }) {
            conditions.append("k.customer = \(bind(customer))")
        }
        if let number = request.number { conditions.append("k.number = \(bind(number))") }
        if let carrier = request.carrier { conditions.append("k.carriers @> \(bind([OrderKeys.carrierKey(carrier)]))") }
        if let tracking = request.trackingNumber {
            // Found first, whatever the other filters are (`offset 0` keeps the planner from merging the two): the
            // planner expects any tracking number in half a percent of all orders, and would scan the list for one.
            source = """
                (select * from order_list_keys t
                where t.model_version = a.version and t.tracking_numbers @> \(bind([tracking])) offset 0) k
                """
        }
        if let attention = request.attention { conditions.append(attention ? "k.attention" : "not k.attention") }
    }

    /// Restricts a column to some values. An index is sorted below one value of its first column, so that several
    /// values need a scan each.
    ///
    /// - Parameter filters: keeps the indexes of the column out of the plan. Without statistics the planner expects as
    ///   few orders of a shop as of a number, and may scan the whole shop for one order.
    private mutating func addValues(
        _ given: [String],
        of column: String,
        merging merges: Bool,
        filtering filters: Bool
    ) {
        let expression = filters ? "(k.\(column) || '')" : "k.\(column)"
        // A value that is given twice would find its orders twice.
        let values = Set(given).sorted()
        if values.count == 1 {
            conditions.append("\(expression) = \(bind(values[0]))")
        } else if merges {
            branches.append("unnest(\(bind(values))) b_\(column) (value)")
            conditions.append("k.\(column) = b_\(column).value")
        } else {
            conditions.append("\(expression) = any(\(bind(values)))")
        }
    }

    private mutating func addRange(_ request: OrderListRequest) {
        if let after = request.placedAfter { conditions.append("k.placed_at >= \(bind(PostgresTimestamp(after)))") }
        if let before = request.placedBefore { conditions.append("k.placed_at < \(bind(PostgresTimestamp(before)))") }
        if let cursor = request.cursor {
            let placedAt = bind(PostgresTimestamp(cursor.placedAt))
            conditions.append("(k.placed_at, k.order_id) < (\(placedAt), \(bind(cursor.orderId)))")
        }
    }
}
