import Foundation
import Postgres

/// A filler that makes a long log out of a short real one, inside the database and fast: clones of the orders with
/// their events, commands and read models, spread over some days up to now. The rows are as a service would have
/// written them.
///
/// For databases made for measuring only, since filling empties the log first.
struct GrowthFill {
    let database: PostgresConfiguration
    /// The number of days over which the log is spread.
    let days: Int

    private struct Table {
        let name: String
        let columns: [(name: String, type: String)]
    }

    /// Saves the present log as the pattern of later fillings.
    func savePattern() async throws {
        try await database.withConnection { connection in
            let tables = try await tables(connection)
            let copies = (tables.map(\.name) + Self.countingTables).map {
                "create table growth.\($0) as select * from \($0);"
            }
            try await connection.executeScript(
                """
                create schema growth;
                \(copies.joined(separator: "\n"))
                -- A UUID of version 7 moved by milliseconds: its first 48 bits are a time (RFC 9562).
                create function growth.moved(id uuid, milliseconds bigint) returns uuid language sql immutable as $$
                select (left(hex, 8) || '-' || right(hex, 4) || substr(id::text, 14))::uuid from lpad(to_hex(milliseconds
                    + ('x0000' || left(id::text, 8) || substr(id::text, 10, 4))::bit(64)::bigint), 12, '0') hex
                $$;
                """
            )
        }
    }

    /// Empties the log and fills it with clones.
    ///
    /// - Parameter events: the number of events to fill in.
    /// - Returns: the number of events in the log: `events`, rounded up to a whole pattern.
    func fill(to events: Int) async throws -> Int {
        let total = try await database.withConnection { connection in
            let tables = try await tables(connection)
            let rows = try await connection.query("select count(*) from growth.events")
            guard let length = try rows.first.map({ Int(try $0.get(0, as: Int64.self)) }), length > 0 else {
                throw LoadFailure("there is no pattern to fill the log with")
            }
            let clones = max(1, (events + length - 1) / length)
            let step = Double(days) * 86_400 / Double(clones)
            try await empty(connection, tables)
            // About half a million events in each transaction.
            let stride = max(1, 500_000 / length)
            for first in Swift.stride(from: 0, to: clones, by: stride) {
                let last = min(first + stride, clones) - 1
                let statements = tables.map { table in
                    CloneColumns.insert(
                        into: table.name,
                        columns: table.columns,
                        clones: first...last,
                        newest: clones - 1,
                        length: length,
                        step: step
                    )
                }
                try await connection.executeScript(statements.joined(separator: "\n"))
                ReportOptions.progress("filled \((last + 1) * length) events")
            }
            try await finish(connection, clones: clones, length: length, step: step)
            return clones * length
        }
        // Autovacuum would have done the same on a log that grew slowly.
        try await database.withConnection { connection in
            try await connection.query("vacuum (analyze)", timeout: .seconds(1800))
            try await connection.query("checkpoint", timeout: .seconds(600))
        }
        return total
    }

    /// The read models that count, and hold no rows of single orders.
    private static let countingTables = ["stats_statuses", "stats_minutes", "stats_durations"]

    private func tables(_ connection: PostgresConnection) async throws -> [Table] {
        let rows = try await connection.query(
            """
            select table_name::text, column_name::text, data_type::text from information_schema.columns
            join pg_class on oid = format('%I.%I', table_schema, table_name)::regclass
            where table_schema = 'public' and relkind in ('r', 'p') and not relispartition and table_name in (
                select table_name from information_schema.columns
                where table_schema = 'public' and column_name = 'order_id')
            order by table_name, ordinal_position
            """
        )
        let (table, column) = try (
            rows.column("table_name", as: String.self), rows.column("column_name", as: String.self)
        )
        let type = try rows.column("data_type", as: String.self)
        var tables: [Table] = []
        var columns: [(name: String, type: String)] = []
        for (index, row) in rows.enumerated() {
            let name = try row.get(table)
            columns.append((try row.get(column), try row.get(type)))
            guard try index + 1 == rows.count || rows[index + 1].get(table) != name else { continue }
            tables.append(Table(name: name, columns: columns))
            columns = []
        }
        return tables
    }

    private func empty(_ connection: PostgresConnection, _ tables: [Table]) async throws {
        let names = (tables.map(\.name) + Self.countingTables).joined(separator: ", ")
        try await connection.executeScript(
            """
            set synchronous_commit = off;
            alter table events disable trigger events_append_only;
            truncate \(names);
            alter table events enable always trigger events_append_only;
            do $$
            declare
                day date;
                name text;
            begin
                for day in select generate_series(current_date - \(days + 1), current_date, '1 day')::date loop
                    name := 'commands_' || to_char(day, 'YYYYMMDD');
                    if to_regclass(name) is null then
                        execute format('create table %I partition of commands for values from (%L) to (%L)', name,
                            day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
                        execute format('alter table %I owner to waybill_owner', name);
                    end if;
                end loop;
            end
            $$;
            """
        )
    }

    private func finish(_ connection: PostgresConnection, clones: Int, length: Int, step: Double) async throws {
        try await connection.executeScript(
            """
            -- One history, whatever opened epochs in the pattern or on an earlier filling.
            delete from log_epochs where ordinal > (select min(ordinal) from log_epochs);
            update log_head set epoch = (select epoch from log_epochs), seq = \(clones * length), recorded_at = (
                select recorded_at from events where seq = \(clones * length));
            update projections set seq = \(clones * length), epoch = (select epoch from log_epochs)
            where (name, version) in (select name, version from projection_active) and name <> 'current';
            insert into stats_statuses (model_version, orders, shop, status)
            select model_version, orders * \(clones), shop, status from growth.stats_statuses;
            insert into stats_durations (model_version, bucket, visits, milliseconds, shop, status)
            select model_version, bucket, visits * \(clones), milliseconds * \(clones), shop, status
            from growth.stats_durations;
            insert into stats_minutes (minute, model_version, events, placed, shop)
            select date_trunc('minute', minute + make_interval(secs => (k - \(clones - 1)) * \(step))), model_version,
                sum(events), sum(placed), shop
            from growth.stats_minutes cross join generate_series(0, \(clones - 1)) k group by 1, 2, 5;
            """
        )
    }
}
