import OrderLog
import Postgres

/// The last event that one version of a read model reflects.
struct Checkpoint: Sendable, Hashable {
    let version: Int
    /// The number of the last event that was folded; 0 before the first.
    let seq: Int64
    /// The epoch in which that event was written; empty at 0.
    let epoch: String
    /// True where the last attempt to fold the next events failed, in whichever process.
    var hasFailed = false

    /// Tells whether the history from which the rows were made is a prefix of this log.
    func isValid(in epochs: EpochTable, head: Int64) -> Bool {
        if seq == 0 { return true }
        return epochs.check(LogPosition(epoch: epoch, seq: seq), head: head) == .good(seq)
    }

    private static let served = """
        projection_active a join projections p on p.name = a.name and p.version = a.version where a.name = $1
        """

    /// Selects the served version's checkpoint and the log's head, from one snapshot.
    static func select(_ model: String) -> PostgresQuery {
        PostgresQuery(
            "select p.version, p.seq, p.epoch, p.failed_at is not null as has_failed, \(LogHead.seqSQL) as head from \(served)",
            [model]
        )
    }

    /// Selects the same checkpoint and locks it until the transaction ends. Several processes may follow the log: each
    /// waits here for the others, and its later statements see the rows that they wrote.
    static func selectForUpdate(_ model: String) -> PostgresQuery {
        PostgresQuery("select p.version, p.seq, p.epoch from \(served) for update of p", [model])
    }

    /// Selects the version that is served. A statement of its own after `selectForUpdate`, so that it sees a replay's
    /// takeover that the lock waited for.
    static func selectServedVersion(_ model: String) -> PostgresQuery {
        PostgresQuery("select version from projection_active where name = $1", [model])
    }

    /// The size of the texts of the events that one transaction folds, in bytes. A session may not be idle for long
    /// while they are folded.
    static let eventBytes = 2 << 20

    /// Selects the next events, for `LoggedEvent.decodePage`.
    static func selectEvents(after seq: Int64, limit: Int) -> PostgresQuery {
        PostgresQuery(
            LoggedEvent.page(
                of: "select * from events where seq > $1 order by seq limit \(limit)",
                byteLimit: eventBytes
            ),
            [seq]
        )
    }

    static func clear(_ model: String, version: Int) -> PostgresQuery {
        PostgresQuery("select projection_clear($1, $2)", [model, Int32(version)])
    }

    static func move(_ model: String, version: Int, to position: LogPosition) -> PostgresQuery {
        PostgresQuery(
            """
            update projections set seq = $3, epoch = $4, updated_at = clock_timestamp(), failed_at = null
            where name = $1 and version = $2
            """,
            [model, Int32(version), position.seq, position.epoch]
        )
    }

    /// Says that the next events cannot be folded into the served version, or that they can again.
    static func setFailed(_ hasFailed: Bool, of model: String) -> PostgresQuery {
        PostgresQuery(
            """
            update projections p set failed_at = case when $2 then clock_timestamp() end from projection_active a
            where a.name = $1 and p.name = a.name and p.version = a.version and (p.failed_at is not null) <> $2
            """,
            [model, hasFailed]
        )
    }

    /// Decodes the row of `select` or `selectForUpdate`.
    ///
    /// - Throws: `ProjectionFailure.missing`, or `PostgresError`.
    static func decode(_ rows: PostgresResult, model: String) throws -> Checkpoint {
        guard let row = rows.first else { throw ProjectionFailure.missing(model) }
        return try Checkpoint(row)
    }

    /// Decodes the row of `select`, which tells of failures too.
    static func decodeWithFailure(_ rows: PostgresResult, model: String) throws -> Checkpoint {
        var checkpoint = try decode(rows, model: model)
        checkpoint.hasFailed = try rows[0].get("has_failed", as: Bool.self)
        return checkpoint
    }

    /// Decodes the log's head from the row of `select`.
    static func decodeHead(_ rows: PostgresResult, model: String) throws -> Int64 {
        guard let row = rows.first else { throw ProjectionFailure.missing(model) }
        return try row.get("head", as: Int64.self)
    }
}

extension Checkpoint {
    /// - Parameter row: has the columns `version`, `seq` and `epoch`.
    init(_ row: PostgresRow) throws {
        try self.init(
            version: Int(row.get("version", as: Int32.self)),
            seq: row.get("seq", as: Int64.self),
            epoch: row.get("epoch", as: String.self)
        )
    }
}
