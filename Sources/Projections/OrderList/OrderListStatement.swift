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
    /// The column by whose index the page is walked, ahead of the list's order; empty where the planner chooses.
    private var walked = ""
    /// SQL for the newest event of a customer's orders, as a column.
    private var newest = ""
    /// SQL for the number of orders to read: one more than requested tells whether there is a next page.
    private var limit = ""
    private let byteLimit: Int
    private let carrierSearch: CarrierSearch
    /// The planner's switches for the statement: to go by the inverted index of carriers and tracking numbers, to walk
    /// the newest orders, or to keep the plan of such a walk.
    private(set) var switches: [PlannerSwitch] = []

    /// The largest number of index scans that are merged into one page. With more of them one scan is filtered instead.
    private static let branchLimit = 24

    /// - Parameter carrierSearch: has no effect without a carrier.
    init(_ request: OrderListRequest, carrierSearch: CarrierSearch = .filtered) {
        byteLimit = request.byteLimit
        self.carrierSearch = carrierSearch
        let isInverted = carrierSearch == .inverted || request.trackingNumber != nil
        let isWalk = !request.isNarrow && (request.carrier != nil || request.attention != nil)
        // These statements have one index to read in its order, so that their plan does not depend on the values. For a
        // shop there are two, of which a plan for all values may be the one of all shops.
        let isKept = (carrierSearch == .walked && request.scope.shops == nil) || request.hasNoFilter
        addFilters(request)
        let isOrdered = isWalk || !walked.isEmpty
        switches = isInverted ? [.bitmapScans] : isKept ? [.orderedIndex, .keptPlan] : isOrdered ? [.orderedIndex] : []
        addRange(request)
        limit = bind(Int64(request.limit) + 1)
    }

    var query: PostgresQuery {
        let order = "order by placed_at desc, order_id desc limit \(limit)"
        let scan = """
            select k.order_id, k.placed_at from \(source) where \(conditions.joined(separator: " and "))
            order by \(walked.isEmpty ? "" : "k.\(walked), ")placed_at desc, order_id desc limit \(limit)
            """
        let page =
            branches.isEmpty
            ? scan
            : """
            select w.order_id, w.placed_at from \(branches.joined(separator: " cross join "))
            cross join lateral (\(scan)) w \(order)
            """
        return PostgresQuery(
            """
            select s.checkpoint, s.layout,\(newest.isEmpty ? "" : " s.newest,") s.order_id, s.seq, s.recorded_at,
                s.version, \(StoredStates.boundedState(of: "s", limit: byteLimit))
            from (
                select p.seq as checkpoint, p.layout,\(newest) page.placed_at, page.order_id, o.seq, o.recorded_at,
                    o.version, o.state,
                    \(StoredStates.bytesBefore(of: "o", order: "page.placed_at desc, page.order_id desc"))
                from projection_active a
                join projections p on p.name = a.name and p.version = a.version
                left join lateral (\(page)) page on true
                left join lateral (\(Self.row(of: "page.order_id"))) o on true
                where a.name = '\(OrderListModel.name)'
            ) s
            order by s.placed_at desc, s.order_id desc
            """,
            bindings
        )
    }

    /// SQL for the row of an order. The limit keeps the planner from any other plan than one look-up for each order.
    private static func row(of orderId: String) -> String {
        """
        select o.seq, o.recorded_at, o.version, o.state from order_list o
        where o.order_id = \(orderId) and o.model_version = a.version limit 1
        """
    }

    private mutating func bind(_ value: any PostgresEncodable) -> String {
        bindings.append(value)
        return "$\(bindings.count)"
    }

    private mutating func addFilters(_ request: OrderListRequest) {
        let isWalked = request.carrier != nil && carrierSearch == .walked
        // The conditions on the keys of an order that the walk has found.
        var keyConditions: [String] = []
        // One customer's orders, or those of one number, are few: the scan of their index is filtered.
        let isNarrow = request.isNarrow || carrierSearch == .inverted
        let shops = request.scope.shops
        let scans = max(1, shops?.count ?? 1) * (isWalked ? 1 : max(1, request.statuses.count))
        let merges = !isNarrow && scans <= Self.branchLimit
        if merges, request.isNewestOfColumn {
            walked = request.statuses.isEmpty ? shops == nil ? "" : "shop" : "status"
        }
        if let shops { addValues(shops, of: "shop", merging: merges, filtering: isNarrow) }
        if !request.statuses.isEmpty, isWalked {
            keyConditions.append("l.status = any(\(bind(request.statuses)))")
        } else if !request.statuses.isEmpty {
            addValues(request.statuses, of: "status", merging: merges, filtering: isNarrow)
        }
        for customer in [request.scope.customer, request.customer].compactMap({ $0 }) {
            conditions.append("k.customer = \(bind(customer))")
        }
        if let customer = request.scope.customer {
            newest = """
                 (select coalesce(max(n.seq), 0) from order_list_keys t
                    cross join lateral (\(Self.row(of: "t.order_id"))) n
                    where t.model_version = a.version and t.customer = \(bind(customer))
                        and (t.shop || '') = any(\(bind(request.scope.shops ?? [])))) as newest,
                """
        }
        if let number = request.number { conditions.append("k.number = \(bind(number))") }
        if let carrier = request.carrier { addCarrier(OrderKeys.carrierKey(carrier)) }
        if let tracking = request.trackingNumber {
            // Found first, whatever the other filters are (`offset 0` keeps the planner from merging the two): the
            // planner expects any tracking number in half a percent of all orders, and would scan the list for one.
            source = Self.found(by: "t.tracking_numbers @> \(bind([tracking]))")
        }
        if let attention = request.attention {
            if isWalked {
                keyConditions.append(attention ? "l.attention" : "not l.attention")
            } else {
                conditions.append(attention ? "k.attention" : "not k.attention")
            }
        }
        if !keyConditions.isEmpty {
            // Beside each order of the walk (`offset 0` keeps the planner from beginning with the keys).
            source += """
                 cross join lateral (
                    select from order_list_keys l where l.model_version = a.version and l.order_id = k.order_id
                        and \(keyConditions.joined(separator: " and ")) offset 0) l
                """
        }
    }

    private mutating func addCarrier(_ key: String) {
        switch carrierSearch {
        case .walked:
            source = "\(OrderCarrier.table) k"
            conditions.append("k.carrier = \(bind(key))")
        case .inverted: source = Self.found(by: "t.carriers @> \(bind([key]))")
        case .filtered:
            // The planner takes the orders of any case for half of all, and so walks the newest ones.
            conditions.append("case when k.carriers @> \(bind([key])) then true else false end")
        }
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
            conditions.append(condition(on: column, expression, bind(values[0])))
        } else if merges {
            branches.append("unnest(\(bind(values))) b_\(column) (value)")
            conditions.append(condition(on: column, "k.\(column)", "b_\(column).value"))
        } else {
            conditions.append("\(expression) = any(\(bind(values)))")
        }
    }

    /// SQL that restricts a column to a value.
    ///
    /// The planner takes the orders of each value for spread evenly among the newest. So it walks all orders for those
    /// that were delivered, though none of the newest thousands was, and for those of a shop that sells no more. The
    /// column that is walked has a range of one value instead: then the order of the page is that of the column's own
    /// indexes alone.
    private func condition(on column: String, _ expression: String, _ value: String) -> String {
        column == walked ? "\(expression) >= \(value) and \(expression) <= \(value)" : "\(expression) = \(value)"
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
