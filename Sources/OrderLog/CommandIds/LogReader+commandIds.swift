import Postgres

extension LogReader {
    /// The ids of one reading, at most.
    private static let idPage = 20_000

    /// Reads the ids of days past into a filter, unless that was done for this day and history already. Takes about a second
    /// for each million of them, in pages, beside everything else.
    package func refresh(_ old: OldCommandIds) async throws {
        // No later than the head's time: whatever is not committed by now will be recorded after it.
        let days = try await query(
            """
            select to_char(
                    greatest(least(clock_timestamp() - interval '1 hour', recorded_at), '2000-01-01') at time zone 'UTC',
                    'YYYY-MM-DD'),
                (select coalesce(sum(greatest(c.reltuples, c.relpages * 50)), 0)::bigint from pg_inherits i
                 join pg_class c on c.oid = i.inhrelid where i.inhparent = 'commands'::regclass)
            from log_head
            """
        )
        guard let row = days.first else { return }
        let (day, estimate) = try (row.get(0, as: String.self), row.get(1, as: Int64.self))
        let epochs = registry.current
        if let known = old.snapshot(in: epochs), known.day == day { return }
        var filter = IdFilter(expected: Int(estimate) + 1024)
        var last = ""
        while true {
            let rows = try await query(
                """
                select command_id from commands where recorded_at < \(Self.start(of: day)) and command_id > $1
                order by command_id limit \(Self.idPage)
                """,
                [last]
            )
            for row in rows {
                last = try row.get(0, as: String.self)
                filter.insert(last)
            }
            if rows.count < Self.idPage { break }
        }
        // Read from two histories, it would be worth nothing.
        guard registry.current == epochs else { return }
        old.replace(with: OldCommandIds.Snapshot(day: day, filter: filter, history: epochs))
    }

    /// The day's first moment, as SQL. A constant, so that the planner leaves other days' partitions out.
    static func start(of day: String) -> String { "timestamptz '\(day) 00:00:00+00'" }
}
