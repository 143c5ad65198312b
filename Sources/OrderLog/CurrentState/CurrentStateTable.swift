package import Foundation
import Orders
package import Postgres

/// The table of the orders' current states, `order_states`: one row an order for each version of the projection
/// `current`.
///
/// The appender writes the active version in the transaction that appends; a replay fills another one from the log. A
/// row's state may be that of an earlier version than the row's other columns: see `StateSnapshot`.
package enum CurrentStateTable {
    /// The table's name in the schema.
    package static let name = "order_states"

    /// The projection's name, as in `projections.name`.
    package static let projection = "current"

    /// SQL for the active version.
    ///
    /// The active version changes under the head lock alone, so that it is the one to write for a transaction that
    /// holds the lock; it has to be read by a statement after the one that waited for the lock. A replay moves the
    /// head's `recorded_at` when it activates another version.
    package static let activeVersion = "(select version from projection_active where name = '\(projection)')"

    /// The columns that `write` fills, in its order.
    package static let copyColumns = "order_id, seq, recorded_at, version, shop, customer, status, state, model_version"

    /// The version of the projection that a statement reads or writes.
    package enum Version: Sendable, Hashable {
        case active
        case number(Int)

        /// A number or a subquery, fit to stand in SQL.
        package var sql: String {
            switch self {
            case .active: CurrentStateTable.activeVersion
            case .number(let number): "\(number)"
            }
        }
    }

    /// Selects the rows of some orders, for `StoredStates`.
    package static func load(_ orderIds: [UUID], version: Version) -> PostgresQuery {
        StoredStates.select(orderIds, from: name, version: version.sql)
    }

    /// Fails with `division_by_zero` where one of the orders has a row.
    static func requireNone(of orderIds: [UUID], version: Version) -> PostgresQuery {
        PostgresQuery(
            """
            \(AssumedPlan.selectNone)
            from unnest($1::uuid[]) q (order_id)
            cross join lateral (
                select from \(name) o where o.order_id = q.order_id and o.model_version = \(version.sql) limit 1
            ) o
            """,
            [orderIds]
        )
    }

    /// Inserts the records, each in the place of an older one of the same order. Rows keep their states where the write
    /// has none.
    package static func upsert(_ write: StateWrite, version: Version) -> PostgresQuery {
        let records = write.records
        return PostgresQuery(
            """
            insert into \(name) (order_id, seq, recorded_at, version, shop, customer, status, state, model_version)
            select *, \(version.sql) from unnest(
                $1::uuid[], $2::bigint[], $3::timestamptz[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[])
            on conflict (order_id, model_version) do update set
                seq = excluded.seq, recorded_at = excluded.recorded_at, version = excluded.version,
                status = excluded.status, state = \(StateWrite.stateSQL(in: name))
            """,
            [
                records.map(\.order.orderId),
                records.map(\.seq),
                records.map { PostgresTimestamp($0.recordedAt) },
                records.map { Int32($0.order.version) },
                records.map(\.order.shop),
                records.map(\.order.customer),
                records.map(\.status),
                write.states,
            ]
        )
    }

    /// Writes one row of a binary COPY of `copyColumns`.
    package static func write(_ record: inout OrderRecord, version: Int, to writer: inout PostgresCopyWriter) {
        writer.value(record.order.orderId)
        writer.value(record.seq)
        writer.value(PostgresTimestamp(record.recordedAt))
        writer.value(Int32(record.order.version))
        writer.value(record.order.shop)
        writer.value(record.order.customer)
        writer.value(record.status)
        writer.text(record.takeState())
        writer.value(Int32(version))
    }
}
