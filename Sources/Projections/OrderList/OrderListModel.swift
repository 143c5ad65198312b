import Foundation
package import OrderLog
import Orders
package import Postgres

/// The order list: every order's state as of the checkpoint, and what it is found by.
package struct OrderListModel: ReadModel {
    /// As in `projections.name`.
    package static let name = "orders"

    package var name: String { Self.name }

    package init() {}

    private struct Entry {
        var order: Order
        /// The keys that are stored; nil for an order that is new here.
        let stored: OrderKeys?
        var seq: Int64 = 0
        var recordedAt = Timestamp(unixMicroseconds: 0)
    }

    package func apply(
        _ events: [LoggedEvent],
        version: Int,
        on transaction: PostgresConnection
    ) async throws {
        var entries = try await load(Set(events.map(\.orderId)), version, transaction)
        for event in events {
            let fresh = Entry(order: Order(orderId: event.orderId), stored: nil)
            var entry = entries.removeValue(forKey: event.orderId) ?? fresh
            try entry.order.replay(event)
            entry.seq = event.seq
            entry.recordedAt = event.recordedAt
            entries[event.orderId] = entry
        }
        // By place in the log, so that neighbours in the table are neighbours in time.
        let changed = entries.values.sorted { $0.seq < $1.seq }
        let keys = changed.compactMap { entry in
            let keys = OrderKeys(entry.order)
            return keys == entry.stored ? nil : keys
        }
        var statements = [Self.upsert(changed, version)]
        if !keys.isEmpty { statements.append(OrderKeys.upsert(keys, version: version)) }
        try await transaction.pipeline(statements, timeout: .seconds(15))
    }

    private func load(
        _ ids: Set<UUID>,
        _ version: Int,
        _ transaction: PostgresConnection
    ) async throws -> [UUID: Entry] {
        let rows = try await transaction.query(
            "select order_id, state from order_list where model_version = $1 and order_id = any($2)",
            [Int32(version), Array(ids)],
            timeout: .seconds(15)
        )
        var entries: [UUID: Entry] = [:]
        for row in rows {
            let order = try Order(state: Array(row.get(1, as: String.self).utf8))
            entries[try row.get(0, as: UUID.self)] = Entry(order: order, stored: OrderKeys(order))
        }
        return entries
    }

    private static func upsert(_ entries: [Entry], _ version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into order_list (model_version, order_id, seq, recorded_at, state)
            select $1, * from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[])
            on conflict (order_id, model_version) do update set
                seq = excluded.seq, recorded_at = excluded.recorded_at, state = excluded.state
            """,
            [
                Int32(version),
                entries.map(\.order.orderId),
                entries.map(\.seq),
                entries.map { PostgresTimestamp(unixMicroseconds: $0.recordedAt.unixMicroseconds) },
                entries.map { String(decoding: $0.order.encodeState(), as: UTF8.self) },
            ]
        )
    }
}
