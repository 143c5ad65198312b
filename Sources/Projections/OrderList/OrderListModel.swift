import Foundation
package import OrderLog
import Orders
package import Postgres

/// The order list: every order's state as of the checkpoint, and the keys by which the list finds it.
///
/// The list has states of its own, since those of `current` are ahead of its checkpoint. As there, a row holds a state
/// and moves on without it; see `StateSnapshot`.
package struct OrderListModel: ReadModel {
    /// The model's name, as in `projections.name`.
    package static let name = "orders"

    package var name: String { Self.name }

    package var layout: Int { Self.carriersLayout }

    /// The first layout whose rows have their carriers in `order_list_by_carrier`. The table lacks most of a former
    /// layout's.
    static let carriersLayout = 3

    package init() {}

    package func apply(
        _ events: [LoggedEvent],
        version: Int,
        on transaction: PostgresConnection
    ) async throws {
        let byOrder = EventsByOrder(events)
        try await byOrder.forEachSlice(on: transaction) { ids in
            Self.select(ids, version: version)
        } body: { ids, records in
            let known = try await Self.entries(of: records, version: version, on: transaction)
            var entries = ids.map { known[$0] ?? Entry(orderId: $0) }
            for index in entries.indices {
                for event in byOrder[ids[index]] { try entries[index].fold(event) }
            }
            let statements = Self.statements(writing: &entries, version: version)
            try await transaction.pipeline(statements, timeout: .seconds(15))
        }
    }

    /// The statements that write orders, whether they have rows or not. The entries are as stored afterwards.
    static func statements(writing entries: inout [Entry], version: Int) -> [PostgresQuery] {
        let write = StateWrite(entries.map(\.record))
        var changes: [ChangedKeys] = []
        for index in entries.indices {
            entries[index].setStored(write.records[index])
            if let changed = entries[index].takeChangedKeys() { changes.append(changed) }
        }
        var statements = [upsert(write, version: version)]
        if changes.isEmpty { return statements }
        let (added, removed) = (changes.flatMap(\.addedCarriers), changes.flatMap(\.removedCarriers))
        statements.append(OrderKeys.upsert(changes.map(\.keys), version: version))
        if !removed.isEmpty { statements.append(OrderCarrier.delete(removed, version: version)) }
        if !added.isEmpty { statements.append(OrderCarrier.insert(added, version: version)) }
        return statements
    }

    /// Selects the rows of some orders, for `StoredStates`.
    static func select(_ ids: [UUID], version: Int) -> PostgresQuery {
        StoredStates.select(ids, from: "order_list", version: "\(version)")
    }

    private static func upsert(_ write: StateWrite, version: Int) -> PostgresQuery {
        let records = write.records
        return PostgresQuery(
            """
            insert into order_list (model_version, order_id, seq, recorded_at, version, state)
            select $1, * from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::int[], $6::text[])
            on conflict (order_id, model_version) do update set
                seq = excluded.seq, recorded_at = excluded.recorded_at, version = excluded.version,
                state = \(StateWrite.stateSQL(in: "order_list"))
            """,
            [
                Int32(version),
                records.map(\.order.orderId),
                records.map(\.seq),
                records.map { PostgresTimestamp($0.recordedAt) },
                records.map { Int32($0.order.version) },
                write.states,
            ]
        )
    }
}
