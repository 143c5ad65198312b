package import OrderLog
package import Orders
import Postgres

/// A version of a read model, and how far behind the log it is.
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
}

extension ReadModelReader {
    /// Every version of every read model, those being built included, and the log's head.
    package func states() async throws -> (projections: [ProjectionState], head: LogPosition) {
        let rows = try await read([
            PostgresQuery(
                """
                select h.seq, p.name, p.version, a.version is not null, p.seq, p.updated_at,
                    case when p.seq < h.seq then greatest(0, (extract(epoch from clock_timestamp() - (
                        select e.recorded_at from events e where e.seq = p.seq + 1)) * 1000)::bigint) else 0 end
                from log_head h
                left join projections p on true
                left join projection_active a on a.name = p.name and a.version = p.version
                order by p.name, p.version
                """
            )
        ])[0]
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
                updatedAt: Timestamp(unixMicroseconds: try row.get(5, as: PostgresTimestamp.self).unixMicroseconds)
            )
        }
        return (states, epochs.position(of: try rows.first?.get(0, as: Int64.self) ?? 0))
    }
}
