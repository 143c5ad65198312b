package import OrderLog
package import Orders
import Postgres

/// A version of a projection, and how far behind the log it is.
package struct ProjectionState: Sendable {
    package let name: String
    package let version: Int
    /// This version is the one that is read.
    package let isActive: Bool
    package let position: LogPosition
    /// Events of the log that it does not reflect yet.
    package let lag: Int64
    /// How long the oldest of them has been waiting, in milliseconds; 0 when there is none.
    package let lagMilliseconds: Int64
    package let updatedAt: Timestamp
    /// The replay that builds it, or has built it and is ending.
    package let replay: ReplayState?
}

/// A replay as operators see it, whichever process runs it.
package struct ReplayState: Sendable {
    /// False where its process has ended before it had: the next replay goes on there.
    package let isRunning: Bool
    package let startedAt: Timestamp
    /// The last event that is folded, also where its rows are not written yet.
    package let seq: Int64
    package let eventsPerSecond: Double
    /// 0 … 1, of the log as it is now.
    package let share: Double
    /// Nil while nothing can be said.
    package let secondsLeft: Double?
}

extension ReadModelReader {
    /// Every version of every projection, those being built included, and the log's head.
    package func states() async throws -> (projections: [ProjectionState], head: LogPosition) {
        let rows = try await read([PostgresQuery(Self.statesQuery)])[0]
        let epochs = registry.current
        let states = try rows.compactMap { row -> ProjectionState? in
            guard let name = try row.get(1, as: String?.self) else { return nil }
            let (head, seq) = try (row.get(0, as: Int64.self), row.get(4, as: Int64.self))
            return ProjectionState(
                name: name,
                version: Int(try row.get(2, as: Int32.self)),
                isActive: try row.get(3, as: Bool.self),
                position: epochs.position(of: seq),
                lag: max(0, head - seq),
                lagMilliseconds: try row.get(6, as: Int64?.self) ?? 0,
                updatedAt: try Self.time(row, 5),
                replay: try Self.replay(row, head: head)
            )
        }
        return (states, epochs.position(of: try rows.first?.get(0, as: Int64.self) ?? 0))
    }

    /// The current state's served version has its checkpoint at the head, since the appender writes both at once.
    private static let statesQuery = """
        select h.seq, p.name, p.version, p.is_active, p.seq, p.updated_at,
            case when p.seq < h.seq then greatest(0, (extract(epoch from clock_timestamp() - (
                select e.recorded_at from events e where e.seq = p.seq + 1)) * 1000)::bigint) else 0 end,
            r.started_at, r.seq, r.events_per_second, p.name in \(ReplayStatements.running)
        from log_head h
        left join lateral (
            select p.name, p.version, a.version is not null as is_active,
                case when p.name = '\(CurrentState.name)' and a.version is not null then h.seq else p.seq end as seq,
                case when p.name = '\(CurrentState.name)' and a.version is not null and h.seq > 0 then h.recorded_at
                    else p.updated_at end as updated_at
            from projections p left join projection_active a on a.name = p.name and a.version = p.version
        ) p on true
        left join projection_replays r on r.name = p.name and r.version = p.version
        order by p.name, p.version
        """

    private static func replay(_ row: PostgresRow, head: Int64) throws -> ReplayState? {
        guard try row.get(7, as: PostgresTimestamp?.self) != nil else { return nil }
        let isRunning = try row.get(10, as: Bool.self)
        let seq = try max(row.get(8, as: Int64.self), row.get(4, as: Int64.self))
        let rate = try row.get(9, as: Double.self)
        return ReplayState(
            isRunning: isRunning,
            startedAt: try time(row, 7),
            seq: seq,
            eventsPerSecond: isRunning ? rate : 0,
            share: head == 0 ? 1 : min(1, Double(seq) / Double(head)),
            secondsLeft: isRunning && rate > 0 ? Double(max(0, head - seq)) / rate : nil
        )
    }

    private static func time(_ row: PostgresRow, _ column: Int) throws -> Timestamp {
        Timestamp(unixMicroseconds: try row.get(column, as: PostgresTimestamp.self).unixMicroseconds)
    }
}
