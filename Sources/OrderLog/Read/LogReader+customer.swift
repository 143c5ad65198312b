package import Foundation
import Orders
import Postgres

/// A shop's customer. The same name at another shop is somebody else.
package struct CustomerKey: Sendable, Hashable {
    package let shop: String
    package let customer: String

    package init(shop: String, customer: String) {
        self.shop = shop
        self.customer = customer
    }

    /// What is theirs, for reading.
    package var scope: ReadScope { ReadScope(shops: [shop], customer: customer) }
}

/// Some of a customer's orders, all as they stood at one position of the log.
package struct CustomerOrders: Sendable {
    /// In ascending order of their ids.
    package let orders: [StoredOrder]
    /// The last event that they reflect.
    package let head: Int64
    /// Where the next page goes on; nil on the last.
    package let next: UUID?
}

extension LogReader {
    /// With more orders than this to look at, a customer's catch-up walks the log instead.
    private static let mostChanged = 256

    /// A page of a customer's orders.
    ///
    /// All pages of one walk say the same `head`, and show the orders as they stood there: one that has moved on since is
    /// folded from its events, and one that was placed since is left out. So pages may be minutes apart, as a slow client
    /// takes them, without a transaction that stays open.
    ///
    /// - Parameters:
    ///   - orderId: the last order of the page before.
    ///   - head: what that page said; nil for the first, which takes the log's head.
    package func orders(of customer: CustomerKey, after orderId: UUID?, at head: Int64?, limit: Int) async throws
        -> CustomerOrders
    {
        let rows = try await read(
            PostgresQuery(
                """
                select h.seq, page.order_id, page.seq, page.recorded_at, page.state from log_head h left join lateral (
                    select o.order_id, o.seq, o.recorded_at, o.state from orders o
                    where o.model_version = \(CurrentState.activeVersion) and o.shop = $1 and o.customer = $2
                        and ($3::uuid is null or o.order_id > $3)
                    order by o.order_id limit $4
                ) page on true
                order by page.order_id
                """,
                [customer.shop, customer.customer, orderId, Int64(limit)]
            )
        )
        guard let first = rows.first else { throw MissingHead() }
        let head = try head ?? first.get(0, as: Int64.self)
        var orders: [StoredOrder] = []
        var last: UUID?
        for row in rows {
            guard let id = try row.get(1, as: UUID?.self) else { break }
            last = id
            let seq = try row.get(2, as: Int64.self)
            if seq > head {
                if let past = try await order(id, scope: customer.scope, at: .seq(head)) { orders.append(past) }
            } else {
                orders.append(
                    StoredOrder(
                        order: try Order(state: Array(row.get(4, as: String.self).utf8)),
                        position: registry.current.position(of: seq),
                        recordedAt: Timestamp(
                            unixMicroseconds: try row.get(3, as: PostgresTimestamp.self).unixMicroseconds
                        )
                    )
                )
            }
        }
        return CustomerOrders(orders: orders, head: head, next: rows.count == limit ? last : nil)
    }

    /// The events of a customer's orders after a position, oldest first, found by the orders that have changed since.
    /// A customer with very many of those is read as a shop's feed is, a stretch of the log at a time.
    package func events(
        of customer: CustomerKey,
        after seq: Int64,
        through: Int64? = nil,
        limit: Int,
        visibleToCustomers: Bool = false
    ) async throws -> EventPage {
        let bound = through ?? .max
        let visible = visibleToCustomers ? "and e.data is not null" : ""
        // One statement and so one snapshot: every order that has an event in it is among the changed ones.
        let rows = try await read(
            PostgresQuery(
                """
                with head as (select seq as head_seq from log_head), changed as materialized (
                    select o.order_id from orders o
                    where o.model_version = \(CurrentState.activeVersion) and o.shop = $3 and o.customer = $4
                        and o.seq > $1
                    limit \(Self.mostChanged + 1)
                ), many as materialized (select count(*) as orders from changed)
                select \(LoggedEvent.columns), head_seq, many.orders from head cross join many left join lateral (
                    select e.* from changed c cross join lateral (
                        select * from events e
                        where e.order_id = c.order_id and e.seq > $1 and e.seq <= least($2, head_seq) \(visible)
                        order by e.version limit $5
                    ) e
                    where many.orders <= \(Self.mostChanged)
                    order by e.seq limit $5
                ) page on true
                order by page.seq
                """,
                [seq, bound, customer.shop, customer.customer, Int64(limit + 1)]
            )
        )
        guard let first = rows.first else { throw MissingHead() }
        guard try first.get(19, as: Int64.self) <= Int64(Self.mostChanged) else {
            return try await events(
                after: seq,
                through: through,
                limit: limit,
                scope: customer.scope,
                visibleToCustomers: visibleToCustomers
            )
        }
        return try Self.page(rows, after: seq, bound: bound, through: through, limit: limit)
    }
}
