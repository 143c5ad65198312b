import Foundation
import Orders
import Postgres

/// The statements that write a batch. Each table gets all its rows in one statement, by `unnest`.
enum AppendStatements {
    static func insertEvents(_ events: [LoggedEvent]) -> PostgresQuery {
        PostgresQuery(
            """
            insert into events (
                seq, occurred_at, recorded_at, order_id, version, schema, number, shop, customer, type, status_before,
                status, data, internal, actor, command_id, correlation_id, causation_id)
            select * from unnest(
                $1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::uuid[], $5::int[], $6::smallint[], $7::text[],
                $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::json[], $14::json[], $15::text[],
                $16::text[], $17::text[], $18::text[])
            """,
            [
                events.map(\.seq),
                events.map { PostgresTimestamp($0.occurredAt) },
                events.map { PostgresTimestamp($0.recordedAt) },
                events.map(\.orderId),
                events.map { Int32($0.version) },
                events.map { Int16($0.schema) },
                events.map(\.number),
                events.map(\.shop),
                events.map(\.customer),
                events.map(\.type),
                events.map(\.statusBefore),
                events.map(\.status),
                events.map { $0.data.map { PostgresJSON($0) } },
                events.map { PostgresJSON($0.internal) },
                events.map(\.actor),
                events.map(\.commandId),
                events.map(\.correlationId),
                events.map(\.causationId),
            ]
        )
    }

    static func insertCommands(_ commands: [BatchPlan.NewCommand], recordedAt: Timestamp) -> PostgresQuery {
        PostgresQuery(
            """
            insert into commands (
                shop, command_id, fingerprint, order_id, first_seq, last_seq, version, status, recorded_at)
            select *, $9::timestamptz from unnest(
                $1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::bigint[], $6::bigint[], $7::int[], $8::text[])
            """,
            [
                commands.map(\.key.shop),
                commands.map(\.key.commandId),
                commands.map { PostgresBytes($0.command.fingerprint) },
                commands.map(\.command.orderId),
                commands.map(\.command.firstSeq),
                commands.map(\.command.lastSeq),
                commands.map { Int32($0.command.version) },
                commands.map(\.command.status),
                PostgresTimestamp(recordedAt),
            ]
        )
    }

    /// Limits each further statement of the transaction of a command that runs alone. Gives the command more time to be
    /// decided than a batch has: one order may be large.
    static func limitsAlone(statementTimeout: Duration) -> [PostgresQuery] {
        [
            PostgresQuery("set local statement_timeout = \(statementTimeout.serverMilliseconds)"),
            PostgresQuery("set local idle_in_transaction_session_timeout = 2000"),
        ]
    }

    /// Moves the head, whose row the transaction has locked, and selects the row's new place.
    ///
    /// - Parameter place: the row's place, which the lock keeps. The division fails where no row is there, since the
    ///   head must not stay behind the events.
    static func moveHead(to seq: Int64, recordedAt: Timestamp, at place: HeadPlace) -> PostgresQuery {
        PostgresQuery(
            """
            with moved as (
                update log_head set seq = $1, recorded_at = $2 where ctid = $3::text::tid returning ctid
            )
            select max(ctid)::text as place, 1 / count(*) as moved from moved
            """,
            [seq, PostgresTimestamp(recordedAt), place.ctid]
        )
    }

    /// Wakes the listeners. The payload is for people who watch with psql; no reader uses it.
    static func notify(head: LogPosition) -> PostgresQuery {
        PostgresQuery("select pg_notify($1, $2)", [LogConnection.channel, head.description])
    }
}
