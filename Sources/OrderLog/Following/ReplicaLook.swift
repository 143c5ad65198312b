package import Postgres

/// One look at the things that keep a replica from new events, by the replica's own word.
package struct ReplicaLook: Sendable, Equatable {
    /// A reason why a replica stands still.
    package enum Obstacle: String, Sendable {
        /// Replay was paused by hand.
        case replayPaused
        /// No connection to the primary brings the log of changes, and nothing else does.
        case cutOff
    }

    package let isPaused: Bool
    /// A connection brings the log of changes.
    package let isReceiving: Bool
    /// The place up to which the log of changes was replayed, in bytes; nil for a primary.
    package let replayed: Int64?

    package init(isPaused: Bool, isReceiving: Bool, replayed: Int64?) {
        self.isPaused = isPaused
        self.isReceiving = isReceiving
        self.replayed = replayed
    }

    /// The obstacle at this look; nil where there is none.
    ///
    /// - Parameter earlier: the look before, where there was one: a replica that is fed by an archive goes on.
    package func obstacle(after earlier: ReplicaLook?) -> Obstacle? {
        guard let replayed else { return nil }
        if isPaused { return .replayPaused }
        return !isReceiving && earlier?.replayed == replayed ? .cutOff : nil
    }

    /// Looks. A login that may see the receiver's state also finds one to which the primary has not answered for most
    /// of `wal_receiver_timeout`.
    package static func take(on connection: PostgresConnection) async throws -> ReplicaLook {
        let rows = try await connection.query(
            """
            select case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as is_paused,
                case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint end as replayed,
                exists (
                    select from pg_stat_get_wal_receiver() as r
                    cross join (select current_setting('wal_receiver_timeout')::interval as longest) as s
                    where r.pid > 0 and (s.longest = interval '0' or r.last_msg_receipt_time is null
                        or clock_timestamp() - r.last_msg_receipt_time < s.longest * 0.75)) as is_receiving
            """,
            timeout: LogConnection.readTimeout
        )
        guard let row = rows.first else { throw PostgresError(.decoding, "the server told nothing of its replay") }
        return ReplicaLook(
            isPaused: try row.get("is_paused", as: Bool.self),
            isReceiving: try row.get("is_receiving", as: Bool.self),
            replayed: try row.get("replayed", as: Int64?.self)
        )
    }
}
