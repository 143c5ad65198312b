import Foundation
package import OrderLog
import Orders
package import Postgres

/// The order list: every order's state as of the checkpoint, and the keys by which the list finds it.
package struct OrderListModel: ReadModel {
    /// The model's name, as in `projections.name`.
    package static let name = "orders"

    package var name: String { Self.name }

    package init() {}

    package func apply(
        _ events: [LoggedEvent],
        version: Int,
        on transaction: PostgresConnection
    ) async throws {
        let loaded = try await load(Array(Set(events.map(\.orderId))), version: version, on: transaction)
        var entries = Dictionary(uniqueKeysWithValues: loaded.map { ($0.orderId, $0.entry) })
        for event in events {
            var entry = entries.removeValue(forKey: event.orderId) ?? makeEntry(for: event.orderId)
            try entry.record.fold(event)
            entries[event.orderId] = entry
        }
        // In the order of the log, so that neighbours in the table are neighbours in time.
        let changed = entries.values.sorted { $0.record.seq < $1.record.seq }
        let keys = changed.compactMap { entry in
            let keys = OrderKeys(entry.record.order)
            return keys == entry.keys ? nil : keys
        }
        var statements = [Self.upsert(changed.map(\.record), version: version)]
        if !keys.isEmpty { statements.append(OrderKeys.upsert(keys, version: version)) }
        try await transaction.pipeline(statements, timeout: .seconds(15))
    }

    private static func upsert(_ records: [OrderRecord], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into order_list (model_version, order_id, seq, recorded_at, state)
            select $1, * from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[])
            on conflict (order_id, model_version) do update set
                seq = excluded.seq, recorded_at = excluded.recorded_at, state = excluded.state
            """,
            [
                Int32(version),
                records.map(\.order.orderId),
                records.map(\.seq),
                records.map { PostgresTimestamp($0.recordedAt) },
                records.map { PostgresText($0.order.encodeState()) },
            ]
        )
    }
}
