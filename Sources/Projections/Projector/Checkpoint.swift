import OrderLog
import Postgres

/// How far one version of a read model has followed the log.
struct Checkpoint: Sendable, Hashable {
    let version: Int
    /// The last event folded in; 0 for none.
    let seq: Int64
    /// The epoch in which that event was written; empty at 0.
    let epoch: String

    /// Whether the history that the rows were made of is a prefix of this log.
    func holds(in epochs: EpochTable, head: Int64) -> Bool {
        if seq == 0 { return true }
        return epochs.check(LogPosition(epoch: epoch, seq: seq), head: head) == .good(seq)
    }

    private static let active = """
        projection_active a join projections p on p.name = a.name and p.version = a.version where a.name = $1
        """

    /// The served version's checkpoint and the log's head, from one snapshot.
    static func peek(_ name: String) -> PostgresQuery {
        PostgresQuery("select p.version, p.seq, p.epoch, (select seq from log_head) from \(active)", [name])
    }

    /// The same checkpoint, held until the transaction ends. Several processes may follow the log: each waits here for the
    /// others, and the statements after this one see what they wrote.
    static func lock(_ name: String) -> PostgresQuery {
        PostgresQuery("select p.version, p.seq, p.epoch from \(active) for update of p", [name])
    }

    static let head = PostgresQuery("select seq from log_head")

    /// The version that is served. A statement of its own after `lock`, so that it sees what that waited for: by then a
    /// replay may have taken over.
    static func served(_ name: String) -> PostgresQuery {
        PostgresQuery("select version from projection_active where name = $1", [name])
    }

    static func events(after seq: Int64, limit: Int) -> PostgresQuery {
        PostgresQuery("select \(LoggedEvent.columns) from events where seq > $1 order by seq limit \(limit)", [seq])
    }

    static func clear(_ name: String, version: Int) -> PostgresQuery {
        PostgresQuery("select projection_clear($1, $2)", [name, Int32(version)])
    }

    static func move(_ name: String, version: Int, to position: LogPosition) -> PostgresQuery {
        PostgresQuery(
            """
            update projections set seq = $3, epoch = $4, updated_at = clock_timestamp()
            where name = $1 and version = $2
            """,
            [name, Int32(version), position.seq, position.epoch]
        )
    }

    static func decode(_ rows: PostgresResult, _ name: String) throws -> Checkpoint {
        guard let row = rows.first else { throw ProjectionFailure.missing(name) }
        return try Checkpoint(
            version: Int(row.get(0, as: Int32.self)),
            seq: row.get(1, as: Int64.self),
            epoch: row.get(2, as: String.self)
        )
    }
}

/// Why a read model cannot go on.
enum ProjectionFailure: Error, CustomStringConvertible {
    /// The database has no such read model, or none that is served.
    case missing(String)
    /// The event after the checkpoint is not there, although later ones are.
    case gap(after: Int64)

    var description: String {
        switch self {
        case .missing(let name): "the read model “\(name)” has no active version"
        case .gap(let seq): "the log has no event after \(seq), but later ones"
        }
    }
}
