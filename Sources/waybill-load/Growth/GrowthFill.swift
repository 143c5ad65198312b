import EmbeddedPostgres
import Foundation
import Postgres

/// A filler that makes a long log out of a short real one, inside the database and fast: clones of the orders with
/// their events and commands, spread over some days up to now. The read models are then built from the log by
/// `waybill replay`, so that all rows are as a service would have written them.
///
/// For data directories made for measuring only, since filling empties the log first.
struct GrowthFill {
    /// The spans over which the events of one order come.
    enum Lives {
        /// Those of the pattern: each order is placed, sent and delivered within seconds.
        case asLoaded
        /// Days, as in a shop: most orders are delivered within four days, every tenth one takes three times as long,
        /// and goods come back after ten days. So orders of the last days are open. Customers come back about weekly.
        case days
    }

    let waybill: String
    let data: String
    let workDirectory: String
    /// The number of days over which the log is spread.
    let days: Int
    let lives: Lives

    /// Saves the present log as the pattern of later fillings.
    func savePattern() async throws {
        try await withDatabase { connection in
            try await connection.executeScript(
                """
                create schema growth;
                create table growth.events as select * from events;
                create table growth.commands as select * from commands where first_seq <= last_seq;
                -- A UUID of version 7 moved by milliseconds: its first 48 bits are a time (RFC 9562).
                create function growth.moved(id uuid, milliseconds bigint) returns uuid language sql immutable as $$
                select (left(hex, 8) || '-' || right(hex, 4) || substr(id::text, 14))::uuid from lpad(to_hex(milliseconds
                    + ('x0000' || left(id::text, 8) || substr(id::text, 10, 4))::bit(64)::bigint), 12, '0') hex
                $$;
                """
            )
        }
    }

    /// Empties the log and fills it with clones until it has so many events.
    ///
    /// - Returns: the number of events in the log.
    func fill(events: Int) async throws -> Int {
        try await fill { length, _ in max(1, (events + length - 1) / length) }
    }

    /// Empties the log and fills it with clones of about so many orders.
    ///
    /// - Returns: the number of events in the log.
    func fill(orders: Int) async throws -> Int {
        try await fill { _, placed in max(1, (orders + placed - 1) / placed) }
    }

    /// - Parameter clones: the number of clones of a pattern of so many events and orders.
    private func fill(_ clones: (Int, Int) -> Int) async throws -> Int {
        let total = try await withDatabase { connection in
            let row = try await connection.query(
                "select count(*) as events, count(*) filter (where version = 1) as orders from growth.events"
            ).first
            guard let row, case let length = Int(try row.get("events", as: Int64.self)), length > 0 else {
                throw LoadFailure("there is no pattern to fill the log with")
            }
            let orders = Int(try row.get("orders", as: Int64.self))
            return try await fill(connection, slots: clones(length, orders), length: length)
        }
        ReportOptions.progress("building the read models")
        try await rebuildReadModels()
        try await withDatabase { connection in
            try await connection.query("vacuum (analyze)", timeout: .seconds(1800))
            try await connection.query("checkpoint", timeout: .seconds(600))
        }
        return total
    }

    private func fill(_ connection: PostgresConnection, slots: Int, length: Int) async throws -> Int {
        let clones = try await GrowthClones(connection, slots: slots, days: days, lives: lives)
        try await empty(connection)
        var total = 0
        // About half a million events in each transaction.
        let stride = max(1, 500_000 / length)
        for first in Swift.stride(from: 0, to: slots, by: stride) {
            total += try await clones.insert(first...min(first + stride, slots) - 1, after: total, connection)
            ReportOptions.progress("filled \(total) events")
        }
        try await finish(connection, total: total)
        return total
    }

    private func empty(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            set synchronous_commit = off;
            alter table events disable trigger events_append_only;
            truncate events, commands, order_states, order_list, order_list_keys, order_list_by_carrier, stats_orders,
                stats_statuses, stats_minutes, stats_durations, tracking_numbers;
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

    private func finish(_ connection: PostgresConnection, total: Int) async throws {
        try await connection.executeScript(
            """
            -- One history, whatever opened epochs in the pattern or on an earlier filling.
            delete from log_epochs where ordinal > (select min(ordinal) from log_epochs);
            update log_head set epoch = (select epoch from log_epochs), seq = \(total), recorded_at = (
                select recorded_at from events where seq = \(total));
            analyze events;
            """
        )
    }

    /// Builds the read models from the log.
    private func rebuildReadModels() async throws {
        let program = try ChildProgram(
            [waybill, "replay", "--data-dir", data],
            name: "fill-replay",
            directory: workDirectory
        )
        guard try await program.finish(within: .seconds(7200)) == 0 else {
            throw LoadFailure("waybill replay: \(try program.outputTail())")
        }
    }

    private func withDatabase<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await PeerCluster.with(data) { try await $0.database.withConnection(body) }
    }
}
