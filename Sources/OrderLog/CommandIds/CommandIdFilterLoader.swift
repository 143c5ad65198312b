package import Postgres

/// Reads the command ids of past days into a filter, slowly: clients that reconnect after a restart need the machine
/// too.
package struct CommandIdFilterLoader: Sendable {
    private let pool: PostgresPool
    private let registry: EpochRegistry

    /// The time for which ids are read without a pause.
    private static let readingTime: Duration = .milliseconds(5)
    /// A pause lasts so many times as long as the reading before it.
    private static let pausePerReading = 4
    /// Reading counts as no longer than this: the rest of the time the loader waited for the server.
    private static let longestReading: Duration = .milliseconds(250)

    /// - Parameters:
    ///   - pool: acts as the writer role.
    ///   - registry: the epochs as this process knows them.
    package init(pool: PostgresPool, registry: EpochRegistry) {
        self.pool = pool
        self.registry = registry
    }

    /// Fills the cache, unless it already holds this day's filter for the current history.
    ///
    /// Takes a fifth of a core's time, and two or three seconds for each million ids.
    package func refresh(_ cache: CommandIdFilterCache) async throws {
        // No later than the head's time: a command that is not committed by now will be recorded after it.
        let select = """
            select to_char(
                    greatest(least(clock_timestamp() - interval '1 hour', recorded_at), '2000-01-01')
                        at time zone 'UTC', 'YYYY-MM-DD') as day,
                (select coalesce(sum(greatest(c.reltuples, c.relpages * 50)), 0)::bigint from pg_inherits i
                 join pg_class c on c.oid = i.inhrelid where i.inhparent = 'commands'::regclass) as estimate
            from log_head where one
            """
        let (days, epochs) = try await pool.withConnection { connection in
            try (await connection.query(select), await history(of: connection))
        }
        guard let row = days.first else { return }
        let (day, estimate) = try (row.get("day", as: String.self), row.get("estimate", as: Int64.self))
        if let known = cache.snapshot(in: epochs), known.day == day { return }
        var filter = BloomFilter(expectedCount: Int(estimate) + 1024)
        var begin: String?
        for end in try await partitionBoundaries(before: day) + [day] {
            // A filter that was read from two histories is not complete in either.
            guard try await addIds(recordedFrom: begin, before: end, to: &filter) == epochs else { return }
            begin = end
        }
        cache.replace(with: CommandIdFilterCache.Snapshot(day: day, filter: filter, history: epochs))
    }

    private func history(of connection: PostgresConnection) async throws -> EpochTable {
        let newer = EpochStore.newer.query(after: connection.history.newestOrdinal)
        return try connection.addEpochs(await connection.query(newer.sql, newer.bindings), registry: registry)
    }

    /// The days on which partitions of past days begin or end: what lies between two of them lies in one partition.
    private func partitionBoundaries(before day: String) async throws -> [String] {
        let rows = try await pool.query(
            """
            with days as (
                select to_date(substr(c.relname, 10), 'YYYYMMDD') as day from pg_inherits i
                join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$'
            ), boundaries as (select day from days union select day + 1 from days)
            select to_char(day, 'YYYY-MM-DD') as boundary from boundaries where day < '\(day)' order by day
            """
        )
        let boundary = try rows.column("boundary", as: String.self)
        return try rows.map { try $0.get(boundary) }
    }

    /// Reads the ids recorded from one day's beginning to another's, in a snapshot of their own: no snapshot stays open
    /// for as long as all of them take.
    ///
    /// - Parameter begin: nil for the beginning of the log.
    /// - Returns: the history that the ids belong to.
    private func addIds(
        recordedFrom begin: String?,
        before end: String,
        to filter: inout BloomFilter
    ) async throws -> EpochTable {
        let after = begin.map { "recorded_at >= \(Self.startSQL(of: $0)) and " } ?? ""
        let copy = """
            copy (select command_id from commands where \(after)recorded_at < \(Self.startSQL(of: end)))
            to stdout (format binary)
            """
        return try await pool.withConnection { connection in
            try await connection.withTransaction { transaction in
                // A whole partition, in the order in which it lies on disk.
                try await transaction.executeScript("set local statement_timeout = '1h'; set local enable_seqscan = on")
                try await transaction.withCopyOut(copy, timeout: LogConnection.readTimeout) { chunks in
                    try await Self.addIds(from: chunks, to: &filter)
                }
            }
            return try await history(of: connection)
        }
    }

    private static func addIds(from chunks: PostgresCopyOut, to filter: inout BloomFilter) async throws {
        var rows = PostgresCopyRows(columns: 1)
        var began = ContinuousClock.now
        for try await chunk in chunks {
            try chunk.withUnsafeBytes { bytes in
                try rows.scan(bytes) { place in
                    var row = PostgresCopyRow(bytes, at: place)
                    if let id = row.next() { filter.insert(utf8: id) }
                }
            }
            let elapsed = ContinuousClock.now - began
            guard elapsed > readingTime else { continue }
            // The server pauses as well: little is read ahead.
            try await Task.sleep(for: min(elapsed, longestReading) * pausePerReading)
            began = .now
        }
        guard rows.isComplete else { throw PostgresError(.decoding, "the COPY of command ids ends within a row") }
    }

    /// The day's first moment, as SQL. A constant, so that the planner leaves the partitions of other days out.
    static func startSQL(of day: String) -> String { "timestamptz '\(day) 00:00:00+00'" }
}
