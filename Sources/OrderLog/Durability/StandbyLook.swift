import Postgres

/// One look at the log's end and at the standbys of its server, in one round trip.
struct StandbyLook: Sendable {
    /// The log's last event.
    let seq: Int64
    /// The position up to which the server's own disk has the log of changes, in bytes.
    let written: Int64
    /// The rule of the server, and the receivers to which it applies.
    let outcome: StandbyRule.Outcome
    /// The rows of the epochs that were opened since.
    let epochs: PostgresResult

    /// Looks by a session's own connection. The login's own privileges show the standbys.
    ///
    /// The position is read by the statement that sees the last event: every commit that is visible had been flushed.
    /// The standbys are asked after that, so that a commit which waited for them is durable at once.
    static func take(on connection: PostgresConnection, timeout: Duration) async throws -> StandbyLook {
        let results = try await connection.pipeline(
            [
                PostgresQuery("begin isolation level read committed read only"),
                PostgresQuery(
                    """
                    select \(LogHead.seqSQL) as seq, (pg_current_wal_flush_lsn() - '0/0')::bigint as written,
                        current_setting('synchronous_standby_names') as names
                    """
                ),
                EpochStore.newer.query(after: connection.history.newestOrdinal),
                PostgresQuery("set local role none"),
                PostgresQuery(
                    """
                    select coalesce(w.sync_state, '') as sync_state, (w.flush_lsn - '0/0')::bigint as flushed,
                        w.replay_lsn is not null as replays
                    from pg_stat_get_wal_senders() w
                    where w.state = 'streaming' and not exists (
                        select from pg_replication_slots s where s.active_pid = w.pid and s.slot_type = 'logical')
                    """
                ),
                PostgresQuery("commit"),
            ],
            timeout: timeout
        )
        guard let row = results[1].first else { throw MissingLogHead() }
        let receivers = try results[4].map { row throws(PostgresError) in
            try StandbyRule.Receiver(
                syncState: row.get("sync_state", as: String.self),
                flushed: row.get("flushed", as: Int64?.self),
                replays: row.get("replays", as: Bool.self)
            )
        }
        return try StandbyLook(
            seq: row.get("seq", as: Int64.self),
            written: row.get("written", as: Int64.self),
            outcome: StandbyRule(names: row.get("names", as: String.self)).outcome(of: receivers),
            epochs: results[2]
        )
    }

    /// Reads the last event, and the last one that the server had when it was promoted: that much it had received from
    /// the server before it, whose commits were on two disks then. A server that was restarted has received nothing.
    static func received(
        on connection: PostgresConnection,
        timeout: Duration
    ) async throws -> (head: Int64, received: Int64?) {
        let rows = try await connection.query(
            """
            with server as (\(ServerTimeline.select)), past as (
                select ordinal, first_seq, split_part(identity, '/', 1) = cluster as is_own,
                    split_part(identity, '/', 2) = lpad(upper(to_hex(timeline)), 8, '0') as is_current
                from log_epochs, server
            )
            select \(LogHead.seqSQL) as head, (
                select p.first_seq - 1 from past p
                where p.is_own and p.is_current and exists (
                    select from past e where e.is_own and not e.is_current and e.ordinal < p.ordinal)
                order by p.ordinal limit 1
            ) as received
            """,
            timeout: timeout
        )
        guard let row = rows.first else { throw MissingLogHead() }
        return try (row.get("head", as: Int64.self), row.get("received", as: Int64?.self))
    }

    /// Makes sure that the login may see where standbys are.
    ///
    /// - Returns: the SQL that an administrator must run; nil where it may.
    static func missingGrant(on connection: PostgresConnection) async throws(PostgresError) -> String? {
        let rows = try await connection.query(
            """
            select quote_ident(session_user::text) as login,
                pg_has_role(session_user, 'pg_read_all_stats', 'usage') as may
            """
        )
        guard let row = rows.first, !(try row.get("may", as: Bool.self)) else { return nil }
        return "grant pg_read_all_stats to \(try row.get("login", as: String.self))"
    }
}
