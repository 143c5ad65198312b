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
    /// SQL for the newest event of a customer's orders, as a column.
    private var newest = ""
    private let limit: Int
    private let byteLimit: Int
    /// The carrier has few orders: they are found first, as those of a tracking number.
    private let isCarrierRare: Bool
    /// The planner's switches for the statement: to go by the inverted index of carriers and tracking numbers, or to
    /// walk the newest orders.
    let switches: [PlannerSwitch]

    /// The largest number of orders of a rare carrier. More of them are found by walking the newest orders.
    private static let rareLimit: Int64 = 10_000

    /// The longest time for the count of a carrier's orders.
    static let rarityMilliseconds = 500

    /// The largest number of index scans that are merged into one page. With more of them one scan is filtered instead.
    private static let branchLimit = 24

    /// - Parameter isCarrierRare: the outcome of `decodeRarity`; without a carrier false.
    init(_ request: OrderListRequest, isCarrierRare: Bool = false) {
        limit = request.limit
        byteLimit = request.byteLimit
        self.isCarrierRare = isCarrierRare
        let isInverted = isCarrierRare || request.trackingNumber != nil
        let isWalk = !request.isNarrow && (request.carrier != nil || request.attention != nil)
        switches = isInverted ? [.bitmapScans] : isWalk ? [.orderedIndex] : []
        addFilters(request)
        addRange(request)
    }

    /// The statement that tells whether a carrier is rare; nil where the carrier does not decide on the plan. The
    /// planner knows only while its statistics are up to date. Needs bitmap scans.
    static func rarity(of request: OrderListRequest) -> PostgresQuery? {
        guard let carrier = request.carrier, request.trackingNumber == nil, !request.isNarrow else { return nil }
        return PostgresQuery(
            """
            select count(*) as orders from (
                select from order_list_keys t
                where t.model_version = (select version from projection_active where name = '\(OrderListModel.name)')
                    and t.carriers @> $1
                limit \(rareLimit + 1)
            ) found
            """,
            [[OrderKeys.carrierKey(carrier)]]
        )
    }

    /// Decodes the row of `rarity`.
    static func decodeRarity(_ rows: PostgresResult) throws -> Bool {
        try rows.first.map { try $0.get("orders", as: Int64.self) <= rareLimit } ?? false
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
            select s.checkpoint,\(newest.isEmpty ? "" : " s.newest,") s.order_id, s.seq, s.recorded_at, s.version,
                \(StoredStates.boundedState(of: "s", limit: byteLimit))
            from (
                select p.seq as checkpoint,\(newest) page.placed_at, page.order_id, o.seq, o.recorded_at, o.version, o.state,
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
        let isNarrow = request.isNarrow || isCarrierRare
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
        if let customer = request.scope.customer {
            newest = """
                 (select coalesce(max(n.seq), 0) from order_list_keys t
                    join order_list n on n.order_id = t.order_id and n.model_version = a.version
                    where t.model_version = a.version and t.customer = \(bind(customer))
                        and (t.shop || '') = any(\(bind(request.scope.shops ?? [])))) as newest,
                """
        }
        if let number = request.number { conditions.append("k.number = \(bind(number))") }
        if let carrier = request.carrier {
            let key = bind([OrderKeys.carrierKey(carrier)])
            if isCarrierRare {
                source = Self.found(by: "t.carriers @> \(key)")
            } else {
                // The planner takes the orders of any case for half of all, and so walks the newest ones.
                conditions.append("case when k.carriers @> \(key) then true else false end")
            }
        }
        if let tracking = request.trackingNumber {
            // Found first, whatever the other filters are (`offset 0` keeps the planner from merging the two): the
            // planner expects any tracking number in half a percent of all orders, and would scan the list for one.
            source = Self.found(by: "t.tracking_numbers @> \(bind([tracking]))")
        }
        if let attention = request.attention { conditions.append(attention ? "k.attention" : "not k.attention") }
    }

    /// SQL for the orders that the inverted index finds.
    private static func found(by condition: String) -> String {
        "(select * from order_list_keys t where t.model_version = a.version and \(condition) offset 0) k"
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

extension OrderListRequest {
    /// The request is for one customer's orders, or those of one number: few.
    fileprivate var isNarrow: Bool {
        [scope.customer, customer, number, trackingNumber].contains { $0 != nil }
    }
}
