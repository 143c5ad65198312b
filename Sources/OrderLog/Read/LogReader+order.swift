package import Foundation
import Orders
import Postgres

/// Asks for an order's current state.
struct OrderQuestion: Sendable {
    let orderId: UUID
    let scope: ReadScope
}

/// An order's row as it lies there, to be taken apart by who asked.
struct OrderAnswer: Sendable {
    struct Found: Sendable {
        let seq: Int64
        let recordedAt: PostgresTimestamp
        let state: String
    }

    /// The head of the log in the same snapshot.
    let head: Int64
    /// Nil where the order is not there, or not within the scope.
    let found: Found?
}

extension LogReader {
    /// An order's current state and the head of the log, from one snapshot. A stream that begins with this state goes on
    /// after the head without a gap.
    package func order(_ orderId: UUID, scope: ReadScope) async throws -> (stored: StoredOrder?, head: Int64) {
        let answer = try await answer(orderId, scope)
        let stored = try answer.found.map { found in
            StoredOrder(
                order: try Order(state: Array(found.state.utf8)),
                position: registry.current.position(of: found.seq),
                recordedAt: Timestamp(unixMicroseconds: found.recordedAt.unixMicroseconds)
            )
        }
        return (stored, answer.head)
    }

    /// Whether the order is there and within the scope: asked of its first event, since whoever asks goes on to read the
    /// others, which lie behind the same page of the index.
    package func orderExists(_ orderId: UUID, scope: ReadScope) async throws -> Bool {
        try await existences.value(for: OrderQuestion(orderId: orderId, scope: scope), readExistences)
    }

    /// Who asks while others are being answered is answered together with those who wait as well.
    private func answer(_ orderId: UUID, _ scope: ReadScope) async throws -> OrderAnswer {
        try await orders.value(for: OrderQuestion(orderId: orderId, scope: scope), readOrders)
    }

    @Sendable private func readOrders(_ questions: [OrderQuestion]) async throws -> [OrderAnswer] {
        // The limit keeps the planner from any other plan than one look into the index for each.
        let rows = try await read(
            PostgresQuery(
                """
                select h.seq, o.seq, o.recorded_at, o.state
                from log_head h cross join \(Self.asked)
                left join lateral (
                    select o.seq, o.recorded_at, o.state from orders o
                    where o.order_id = q.order_id and o.model_version = \(CurrentState.activeVersion)
                        and \(Self.isInScope("o"))
                    limit 1
                ) o on true
                order by q.place
                """,
                Self.bindings(questions)
            )
        )
        return try rows.map { row in
            OrderAnswer(
                head: try row.get(0, as: Int64.self),
                found: try row.get(1, as: Int64?.self).map { seq in
                    try .init(
                        seq: seq,
                        recordedAt: row.get(2, as: PostgresTimestamp.self),
                        state: row.get(3, as: String.self)
                    )
                }
            )
        }
    }

    @Sendable private func readExistences(_ questions: [OrderQuestion]) async throws -> [Bool] {
        let rows = try await read(
            PostgresQuery(
                """
                select e.seq is not null
                from \(Self.asked)
                left join lateral (
                    select e.seq from events e
                    where e.order_id = q.order_id and e.version = 1
                        and \(Self.isInScope("e"))
                    limit 1
                ) e on true
                order by q.place
                """,
                Self.bindings(questions)
            )
        )
        return try rows.map { try $0.get(0, as: Bool.self) }
    }

    /// The questions as rows; names of shops have no commas.
    private static let asked =
        "unnest($1::uuid[], $2::text[], $3::text[]) with ordinality q (order_id, shops, customer, place)"

    /// Whether a row is within the scope of the question to which it would be the answer.
    private static func isInScope(_ row: String) -> String {
        "(q.shops is null or \(row).shop = any(string_to_array(q.shops, ','))) "
            + "and (q.customer is null or \(row).customer = q.customer)"
    }

    private static func bindings(_ questions: [OrderQuestion]) -> [any PostgresEncodable] {
        [
            questions.map(\.orderId),
            questions.map { $0.scope.shops?.joined(separator: ",") },
            questions.map(\.scope.customer),
        ]
    }
}
