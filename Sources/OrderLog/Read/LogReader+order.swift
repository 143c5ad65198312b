package import Foundation
import Orders
import Postgres

extension LogReader {
    /// Reads an order's current state and the head of the log in one snapshot. A stream that begins with this state
    /// continues after the head without a gap.
    package func order(_ orderId: UUID, scope: ReadScope) async throws -> (stored: StoredOrder?, head: Int64) {
        let result = try await orders.value(for: OrderLookUp(orderId: orderId, scope: scope), loadOrders)
        // Each caller decodes its own order, so that one statement's callers do it in parallel.
        let stored = try result.found.map { StoredOrder(try $0.record(), in: registry.current) }
        return (stored, result.head)
    }

    /// Tells whether an order exists within a scope. Reads the order's first event: callers go on to read the later
    /// ones, which lie behind the same page of the index.
    package func orderExists(_ orderId: UUID, scope: ReadScope) async throws -> Bool {
        try await existences.value(for: OrderLookUp(orderId: orderId, scope: scope), loadExistences)
    }

    @Sendable private func loadOrders(_ lookUps: [OrderLookUp]) async throws -> [OrderLookUp.Result] {
        // The limit keeps the planner from any other plan than one index look-up for each order.
        let rows = try await read(
            PostgresQuery(
                """
                select h.seq as head, o.seq, o.recorded_at, o.state
                from log_head h cross join \(Self.lookUpRows)
                left join lateral (
                    select o.seq, o.recorded_at, o.state from \(CurrentStateTable.name) o
                    where o.order_id = q.order_id and o.model_version = \(CurrentStateTable.activeVersion)
                        and \(Self.isInScope("o"))
                    limit 1
                ) o on true
                order by q.place
                """,
                Self.bindings(for: lookUps)
            )
        )
        let (head, state) = try (rows.column("head", as: Int64.self), EncodedOrder.Columns(rows))
        return try rows.map { OrderLookUp.Result(head: try $0.get(head), found: try state.read($0)) }
    }

    @Sendable private func loadExistences(_ lookUps: [OrderLookUp]) async throws -> [Bool] {
        let rows = try await read(
            PostgresQuery(
                """
                select e.seq is not null as is_found
                from \(Self.lookUpRows)
                left join lateral (
                    select e.seq from events e
                    where e.order_id = q.order_id and e.version = 1
                        and \(Self.isInScope("e"))
                    limit 1
                ) e on true
                order by q.place
                """,
                Self.bindings(for: lookUps)
            )
        )
        let isFound = try rows.column("is_found", as: Bool.self)
        return try rows.map { try $0.get(isFound) }
    }

    /// The look-ups as rows of SQL; names of shops contain no commas.
    private static let lookUpRows =
        "unnest($1::uuid[], $2::text[], $3::text[]) with ordinality q (order_id, shops, customer, place)"

    /// The SQL condition that a row is within the scope of its look-up.
    private static func isInScope(_ row: String) -> String {
        "(q.shops is null or \(row).shop = any(string_to_array(q.shops, ','))) "
            + "and (q.customer is null or \(row).customer = q.customer)"
    }

    private static func bindings(for lookUps: [OrderLookUp]) -> [any PostgresEncodable] {
        [
            lookUps.map(\.orderId),
            lookUps.map { $0.scope.shops?.joined(separator: ",") },
            lookUps.map(\.scope.customer),
        ]
    }
}
