import Postgres

extension LogReader {
    /// How long ids are read at a stretch, and how many times longer the reading rests then: those who come back right after
    /// a restart have the machine nearly to themselves.
    private static let stretch: Duration = .milliseconds(5)
    private static let restPerWork = 4
    /// A stretch counts as no longer than this: a server that kept the reader waiting was not at work for it.
    private static let longestStretch: Duration = .milliseconds(250)

    /// Reads the ids of days past into a filter, unless that was done for this day and history already. It takes a fifth
    /// of a core's time, and two or three seconds for each million of them.
    package func refresh(_ old: CommandIdFilterCache) async throws {
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
        var filter = BloomFilter(expected: Int(estimate) + 1024)
        var begin: String?
        for end in try await boundaries(before: day) + [day] {
            try await add(begin, end, to: &filter)
            begin = end
        }
        // Read from two histories, it would be worth nothing.
        guard registry.current == epochs else { return }
        old.replace(with: CommandIdFilterCache.Snapshot(day: day, filter: filter, history: epochs))
    }

    /// Where the partitions of days past begin and end, so that each stretch of time between lies in one of them.
    private func boundaries(before day: String) async throws -> [String] {
        let rows = try await query(
            """
            with days as (
                select to_date(substr(c.relname, 10), 'YYYYMMDD') as day from pg_inherits i
                join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$'
            ), boundaries as (select day from days union select day + 1 from days)
            select to_char(day, 'YYYY-MM-DD') from boundaries where day < '\(day)' order by day
            """
        )
        return try rows.map { try $0.get(0, as: String.self) }
    }

    /// Reads the ids recorded from one day's beginning to another's. One snapshot for each stretch: none stays open for as
    /// long as all of them take.
    private func add(_ begin: String?, _ end: String, to filter: inout BloomFilter) async throws {
        let after = begin.map { "recorded_at >= \(Self.start(of: $0)) and " } ?? ""
        let copy = """
            copy (select command_id from commands where \(after)recorded_at < \(Self.start(of: end)))
            to stdout (format binary)
            """
        try await withConnection { connection in
            try await connection.withTransaction { transaction in
                // The whole of a partition, in the order in which it lies there.
                try await transaction.executeScript("set local statement_timeout = '1h'; set local enable_seqscan = on")
                try await transaction.withCopyOut(copy, timeout: LogConnection.readTimeout) { chunks in
                    try await Self.add(chunks, to: &filter)
                }
            }
        }
    }

    private static func add(_ chunks: PostgresCopyOut, to filter: inout BloomFilter) async throws {
        var rows = PostgresCopyRows(columns: 1)
        var began = ContinuousClock.now
        for try await chunk in chunks {
            try chunk.withUnsafeBytes { bytes in
                try rows.scan(bytes) { place in
                    var row = PostgresCopyRow(bytes, at: place)
                    if let id = row.next() { filter.insert(utf8: id) }
                }
            }
            let worked = ContinuousClock.now - began
            guard worked > stretch else { continue }
            // The server rests with it: little is read ahead.
            try await Task.sleep(for: min(worked, longestStretch) * restPerWork)
            began = .now
        }
        guard rows.isComplete else { throw PostgresError(.decoding, "the ids of commands end half-way") }
    }

    /// The day's first moment, as SQL. A constant, so that the planner leaves other days' partitions out.
    static func start(of day: String) -> String { "timestamptz '\(day) 00:00:00+00'" }
}
