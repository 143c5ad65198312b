package import Foundation
import Orders
import Postgres

extension LogReader {
    /// The number of changed orders up to which a customer's catch-up reads order by order. Beyond it, it reads the
    /// log.
    private static let changedLimit = 256

    /// Reads a page of a customer's orders.
    ///
    /// All pages of one walk have the same `head` and show the orders as they stood there: an order that has changed
    /// since is folded from its events, and one that was placed since is left out. So pages may be minutes apart, as a
    /// slow client takes them, without a transaction that stays open. A page of large orders has fewer of them than
    /// requested.
    ///
    /// - Parameters:
    ///   - orderId: the last order of the page before.
    ///   - head: the `head` of the page before; nil for the first page, which takes the log's head.
    package func orders(
        of customer: CustomerKey,
        after orderId: UUID?,
        at head: Int64?,
        limit: Int
    ) async throws -> CustomerOrders {
        let (rows, history) = try await readWithHistory(
            PostgresQuery(
                """
                select h.seq as head, n.seq as newest, page.order_id, page.seq, page.recorded_at, page.version,
                    \(StoredStates.boundedState(of: "page"))
                from (select \(LogHead.seqSQL) as seq) h cross join (
                    select coalesce(max(o.seq), 0) as seq from \(CurrentStateTable.name) o
                    where $3::uuid is null and o.model_version = \(CurrentStateTable.activeVersion) and o.shop = $1
                        and o.customer = $2
                ) n left join lateral (
                    select o.*, \(StoredStates.bytesBefore(of: "o", order: "o.order_id")) from (
                        select o.order_id, o.seq, o.recorded_at, o.version, o.state from \(CurrentStateTable.name) o
                        where o.model_version = \(CurrentStateTable.activeVersion) and o.shop = $1
                            and o.customer = $2 and ($3::uuid is null or o.order_id > $3)
                        order by o.order_id limit $4
                    ) o
                ) page on true
                order by page.order_id
                """,
                [customer.shop, customer.customer, orderId, Int64(limit)]
            )
        )
        guard let first = rows.first else { throw MissingLogHead() }
        let newest = try first.get("newest", as: Int64.self)
        var head = try head ?? first.get("head", as: Int64.self)
        if let watch {
            // The customer's own events must be there, for the position of the customer; those of others need not be.
            try await watch.require(min(newest, head), in: history)
            head = min(head, watch.seq(in: history) ?? head)
        }
        let stored = try StoredStates(rows)
        let unchanged = try await StoredStates(rows: stored.rows.filter { $0.seq <= head }).recordsById(read: read)
        var orders: [StoredOrder] = []
        for row in stored.rows {
            if let record = unchanged[row.orderId] {
                orders.append(StoredOrder(record, in: history))
            } else if let past = try await order(row.orderId, scope: customer.scope, at: .seq(head)) {
                orders.append(past)
            }
        }
        // Orders that are left out begin the next page.
        let isLast = rows.count < limit && stored.leftOut.isEmpty
        let next = isLast ? nil : stored.rows.last?.orderId
        return CustomerOrders(orders: orders, head: head, newest: newest, history: history, next: next)
    }

    /// Reads the events of a customer's orders after a position, oldest first, by the orders that have changed since.
    ///
    /// For a customer with more than 256 changed orders, reads the log instead, a bounded range at a time.
    package func events(
        of customer: CustomerKey,
        after seq: Int64,
        through: Int64? = nil,
        limit: Int,
        visibleToCustomers: Bool = false,
        byteLimit: Int = LoggedEvent.pageByteLimit
    ) async throws -> EventPage {
        let bound = through ?? .max
        let visible = visibleToCustomers ? "and e.data is not null" : ""
        let page = """
            select e.* from changed c cross join lateral (
                select * from events e
                where e.order_id = c.order_id and e.seq > $1 and e.seq <= least($2, head_seq) \(visible)
                order by e.version limit $5
            ) e
            where many.orders <= \(Self.changedLimit)
            order by e.seq limit $5
            """
        // One statement and so one snapshot: every order that has an event in it is among the changed ones.
        let (rows, history) = try await readWithHistory(
            PostgresQuery(
                """
                with head as (select \(LogHead.seqSQL) as head_seq), changed as materialized (
                    select o.order_id from \(CurrentStateTable.name) o
                    where o.model_version = \(CurrentStateTable.activeVersion) and o.shop = $3 and o.customer = $4
                        and o.seq > $1
                    limit \(Self.changedLimit + 1)
                ), many as materialized (select count(*) as orders from changed)
                select \(LoggedEvent.columns), head_seq, many.orders as changed_orders
                from head cross join many left join lateral (
                    \(LoggedEvent.page(of: page, byteLimit: byteLimit))
                ) page on true
                order by page.seq
                """,
                [seq, bound, customer.shop, customer.customer, Int64(limit + 1)]
            )
        )
        guard let first = rows.first else { throw MissingLogHead() }
        guard try first.get("changed_orders", as: Int64.self) <= Int64(Self.changedLimit) else {
            return try await events(
                after: seq,
                through: through,
                limit: limit,
                scope: customer.scope,
                visibleToCustomers: visibleToCustomers,
                byteLimit: byteLimit
            )
        }
        return try await tellable(
            EventPage(rows, of: history, after: seq, bound: bound, through: through, limit: limit)
        )
    }
}
