import Foundation
package import OrderLog
import Orders
package import Postgres

/// The orders' current state. Its active version is written by the appender, in the transaction that appends; this is how
/// another version is made from the log.
package struct CurrentModel: ReadModel {
    /// As in `projections.name`.
    package static let name = CurrentState.name

    package var name: String { Self.name }

    package init() {}

    package func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws {
        let loaded = try await load(Array(Set(events.map(\.orderId))), version: version, on: transaction)
        var entries = Dictionary(uniqueKeysWithValues: loaded.map { ($0.orderId, $0.entry) })
        for event in events {
            var entry = entries.removeValue(forKey: event.orderId) ?? OrderEntry(Order(orderId: event.orderId))
            try entry.fold(event)
            entries[event.orderId] = entry
        }
        // By place in the log, so that neighbours in the table are neighbours in time.
        let changed = entries.values.sorted { $0.seq < $1.seq }
        try await transaction.pipeline([Self.upsert(changed, version)], timeout: .seconds(15))
    }

    private static func upsert(_ entries: [OrderEntry], _ version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into orders (model_version, order_id, seq, recorded_at, version, shop, customer, status, state)
            select $1, * from unnest(
                $2::uuid[], $3::bigint[], $4::timestamptz[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])
            on conflict (order_id, model_version) do update set
                seq = excluded.seq, recorded_at = excluded.recorded_at, version = excluded.version,
                status = excluded.status, state = excluded.state
            """,
            [
                Int32(version),
                entries.map(\.order.orderId),
                entries.map(\.seq),
                entries.map(\.recorded),
                entries.map { Int32($0.order.version) },
                entries.map(\.order.shop),
                entries.map(\.order.customer),
                entries.map(\.status),
                entries.map { String(decoding: $0.order.encodeState(), as: UTF8.self) },
            ]
        )
    }
}

/// An order as it is folded, with the place of its last event.
package struct OrderEntry: Sendable {
    var order: Order
    var seq: Int64 = 0
    var recordedAt = Timestamp(unixMicroseconds: 0)

    init(_ order: Order) {
        self.order = order
    }

    mutating func fold(_ event: LoggedEvent) throws {
        try UnreadableEvent.naming(event) { try order.replay(event) }
        seq = event.seq
        recordedAt = event.recordedAt
    }

    /// The headline that was announced last.
    var status: String { order.headline.rawValue }

    var recorded: PostgresTimestamp { PostgresTimestamp(unixMicroseconds: recordedAt.unixMicroseconds) }

    var envelope: EventEnvelope {
        EventEnvelope(number: order.number, shop: order.shop, customer: order.customer)
    }
}
