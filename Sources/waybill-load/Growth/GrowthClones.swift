import Postgres

/// The clones of a pattern, in SQL. The log is a row of slots of equal length in time. Each slot has each event of the
/// pattern once, for the orders that were placed so many slots before as the event comes after the placement. Events
/// whose orders would have been placed before the log began are left out.
struct GrowthClones {
    private let columns: [String: [(name: String, type: String)]]
    private let newest: Int
    private let step: Double
    /// The number of different customers for each one of the pattern.
    private let customers: Int

    /// - Parameters:
    ///   - slots: the number of slots.
    ///   - days: the time that the slots take together.
    init(_ connection: PostgresConnection, slots: Int, days: Int, lives: GrowthFill.Lives) async throws {
        newest = slots - 1
        step = Double(days) * 86_400 / Double(slots)
        let slotsPerDay = lives == .days ? 86_400 / step : 0
        customers = lives == .days ? max(1, slots * 7 / max(7, days)) : slots
        try await connection.executeScript(
            """
            drop table if exists growth.places;
            create table growth.places as
            select seq, order_id, floor(max(days) over (partition by order_id order by version) * \(slotsPerDay))::int
                as slots
            from (
                select e.seq, e.order_id, e.version,
                    max(\(Self.days(of: "e"))) over (partition by e.order_id, e.command_id) as days
                from growth.events e
            ) d;
            """
        )
        var columns: [String: [(name: String, type: String)]] = [:]
        for table in ["events", "commands"] {
            let rows = try await connection.query(
                """
                select column_name::text as name, data_type::text as type from information_schema.columns
                where table_schema = 'public' and table_name = $1 order by ordinal_position
                """,
                [table]
            )
            columns[table] = try rows.map { (try $0.get("name", as: String.self), try $0.get("type", as: String.self)) }
        }
        self.columns = columns
    }

    /// SQL for the number of days from an order's placement to an event.
    private static func days(of event: String) -> String {
        """
        (case
            when \(event).type in ('ParcelPacked', 'ParcelDispatched', 'PaymentCaptured') then 0.8
            when \(event).type in ('ParcelScanned', 'EtaRevised', 'DeliveryFailed', 'ParcelLost') then 1.8
            when \(event).type in ('ParcelDelivered', 'ScanRetracted') then 3.2
            when \(event).type = 'ReturnRequested' then 7
            when \(event).type like 'Return%' or \(event).type = 'PaymentRefunded' then 10
            else 0
        end * case when hashtext(\(event).order_id::text) % 10 = 0 then 3 else 1 end)
        """
    }

    /// Inserts the events of some slots, and the commands that appended them.
    ///
    /// - Parameter last: the number of the last event of the slots before.
    /// - Returns: the number of events.
    func insert(_ slots: ClosedRange<Int>, after last: Int, _ connection: PostgresConnection) async throws -> Int {
        try await connection.executeScript(
            """
            drop table if exists growth.added;
            create unlogged table growth.added as
            select \(last) + row_number() over (order by j, p.seq) as new_seq, p.seq as old_seq, j, j - p.slots as k,
                growth.moved(p.order_id, ((j - p.slots - \(newest)) * \(step) * 1000)::bigint) as moved
            from generate_series(\(slots.lowerBound), \(slots.upperBound)) j join growth.places p on p.slots <= j;
            analyze growth.added;
            insert into events (\(names("events")))
            select \(values("events")) from growth.added a join growth.events base on base.seq = a.old_seq
            order by a.new_seq;
            insert into commands (\(names("commands")))
            select \(values("commands")) from growth.added a join growth.commands base on base.first_seq = a.old_seq
            order by a.new_seq;
            """
        )
        let count = try await connection.query("select count(*) from growth.added").first?.get(0, as: Int64.self)
        return Int(count ?? 0)
    }

    private func names(_ table: String) -> String {
        (columns[table] ?? []).map { "\"\($0.name)\"" }.joined(separator: ", ")
    }

    private func values(_ table: String) -> String {
        (columns[table] ?? []).map { expression($0.name, type: $0.type) }.joined(separator: ", ")
    }

    /// SQL for a column of a clone: another order, number, tracking number and customer, a later position, other times,
    /// the same facts.
    private func expression(_ column: String, type: String) -> String {
        let base = "base.\"\(column)\""
        switch (column, type) {
        case ("order_id", _): return "a.moved"
        case ("seq", _), ("first_seq", _): return "a.new_seq"
        case ("last_seq", _): return "a.new_seq + base.last_seq - base.first_seq"
        case (_, "timestamp with time zone"): return "\(base) + make_interval(secs => (a.j - \(newest)) * \(step))"
        case ("number", _): return "\(base) || '-' || a.k"
        case ("customer", _): return "replace(\(base), 'cust-', 'c' || a.k % \(customers) || '-')"
        case ("command_id", _): return "replace(\(base), base.order_id::text, a.moved::text)"
        case ("data", _):
            let numbered = #"replace(\#(base)::text, '"trackingNumber":"', '"trackingNumber":"' || a.k || '-')::json"#
            return "case when base.type in ('ParcelPacked', 'ParcelDispatched') then \(numbered) else \(base) end"
        default: return base
        }
    }
}
