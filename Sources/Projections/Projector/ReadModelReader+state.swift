package import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    /// Reads the state of every version of every projection, also of those being built, and the log's head.
    package func states() async throws -> (projections: [ProjectionState], head: LogPosition) {
        let (results, epochs) = try await read([PostgresQuery(Self.statesQuery)])
        let rows = results[0]
        let columns = try StateColumns(rows)
        let states = try rows.compactMap { try columns.read($0, in: epochs) }
        let head = try rows.first.map { try $0.get(columns.head) } ?? 0
        try await watch?.require(head, in: epochs)
        return (states, epochs.position(of: head))
    }

    /// The current state's served version has its checkpoint at the head, since the appender writes both at once.
    private static let statesQuery = """
        select h.seq as head, p.name, p.version, p.is_active, p.has_failed, p.seq, p.updated_at,
            case when p.seq < h.seq then greatest(0, (extract(epoch from clock_timestamp() - (
                select e.recorded_at from events e where e.seq = p.seq + 1)) * 1000)::bigint) else 0 end
                as lag_milliseconds,
            r.started_at as replay_started_at, r.seq as replay_seq, r.events_per_second as replay_rate,
            p.name in \(ReplayStatements.runningNames) as replay_is_running
        from (select seq, recorded_at from log_head where one) h
        left join lateral (
            select p.name, p.version, a.version is not null as is_active, p.failed_at is not null as has_failed,
                case when p.name = '\(CurrentModel.name)' and a.version is not null then h.seq else p.seq end as seq,
                case when p.name = '\(CurrentModel.name)' and a.version is not null and h.seq > 0 then h.recorded_at
                    else p.updated_at end as updated_at
            from projections p left join projection_active a on a.name = p.name and a.version = p.version
        ) p on true
        left join projection_replays r on r.name = p.name and r.version = p.version
        order by p.name, p.version
        """
}

/// The columns of `statesQuery` in one result.
private struct StateColumns {
    let head: PostgresColumn<Int64>
    private let name: PostgresColumn<String?>
    private let version: PostgresColumn<Int32>
    private let isActive: PostgresColumn<Bool>
    private let hasFailed: PostgresColumn<Bool>
    private let seq: PostgresColumn<Int64>
    private let updatedAt: PostgresColumn<PostgresTimestamp>
    private let lagMilliseconds: PostgresColumn<Int64?>
    private let replayStartedAt: PostgresColumn<PostgresTimestamp?>
    private let replaySeq: PostgresColumn<Int64>
    private let replayRate: PostgresColumn<Double>
    private let replayIsRunning: PostgresColumn<Bool>

    init(_ rows: PostgresResult) throws {
        head = try rows.column("head")
        name = try rows.column("name")
        version = try rows.column("version")
        isActive = try rows.column("is_active")
        hasFailed = try rows.column("has_failed")
        seq = try rows.column("seq")
        updatedAt = try rows.column("updated_at")
        lagMilliseconds = try rows.column("lag_milliseconds")
        replayStartedAt = try rows.column("replay_started_at")
        replaySeq = try rows.column("replay_seq")
        replayRate = try rows.column("replay_rate")
        replayIsRunning = try rows.column("replay_is_running")
    }

    /// - Returns: nil for the one row of a database without projections.
    func read(_ row: PostgresRow, in epochs: EpochTable) throws -> ProjectionState? {
        guard let name = try row.get(name) else { return nil }
        let (head, seq) = try (row.get(head), row.get(seq))
        return ProjectionState(
            name: name,
            version: Int(try row.get(version)),
            isActive: try row.get(isActive),
            hasFailed: try row.get(hasFailed),
            position: epochs.position(of: seq),
            lag: max(0, head - seq),
            lagMilliseconds: try row.get(lagMilliseconds) ?? 0,
            updatedAt: Timestamp(try row.get(updatedAt)),
            replay: try replay(row, head: head, seq: seq)
        )
    }

    private func replay(_ row: PostgresRow, head: Int64, seq: Int64) throws -> ReplayState? {
        guard let startedAt = try row.get(replayStartedAt) else { return nil }
        let isRunning = try row.get(replayIsRunning)
        let folded = try max(row.get(replaySeq), seq)
        let rate = try row.get(replayRate)
        return ReplayState(
            isRunning: isRunning,
            startedAt: Timestamp(startedAt),
            seq: folded,
            eventsPerSecond: isRunning ? rate : 0,
            share: head == 0 ? 1 : min(1, Double(folded) / Double(head)),
            secondsLeft: isRunning && rate > 0 ? Double(max(0, head - folded)) / rate : nil
        )
    }
}
