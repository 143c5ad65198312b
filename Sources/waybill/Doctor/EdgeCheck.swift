import Postgres

/// Judges the server that an edge reads: a replica that keeps up, or the primary.
struct EdgeCheck {
    let isStandby: Bool
    /// A connection to the primary brings the log of changes.
    let isReceiving: Bool
    let isPaused: Bool
    /// The delay that the server's settings impose, in milliseconds.
    let delay: Int64
    /// The bytes that were received and not applied.
    let unapplied: Int64
    /// Servers have made the secrets by which positions are sealed.
    let hasSecret: Bool

    private static let subject = "edge"
    /// The bytes that a replica may be behind in usual operation.
    private static let usualLag: Int64 = 16 << 20

    static func read(on connection: PostgresConnection) async throws -> EdgeCheck {
        let row = try await connection.query(
            """
            select pg_is_in_recovery() as is_standby, exists (select from pg_stat_get_wal_receiver() r where r.pid > 0)
                    as is_receiving,
                case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as is_paused,
                (select setting::bigint from pg_settings where name = 'recovery_min_apply_delay') as delay,
                coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0)::bigint as unapplied,
                exists (select from secrets where name = 'position-seal') as has_secret
            """
        )[0]
        return EdgeCheck(
            isStandby: try row.get("is_standby", as: Bool.self),
            isReceiving: try row.get("is_receiving", as: Bool.self),
            isPaused: try row.get("is_paused", as: Bool.self),
            delay: try row.get("delay", as: Int64.self),
            unapplied: try row.get("unapplied", as: Int64.self),
            hasSecret: try row.get("has_secret", as: Bool.self)
        )
    }

    func findings() -> [Finding] {
        [replica] + (hasSecret ? [] : [waits])
    }

    private var waits: Finding {
        let text = "no server has run on this log yet, or the replica does not know of it: an edge waits for that"
        return .warning(Self.subject, text, do: "start a server: `waybill serve` without --edge")
    }

    private var replica: Finding {
        guard isStandby else {
            return .ok(Self.subject, "the edge reads the primary, whose NOTIFY wakes it")
        }
        if isPaused {
            return .failure(
                Self.subject,
                "the replica does not apply what it receives: replay is paused",
                do: "select pg_wal_replay_resume() on the replica"
            )
        }
        guard isReceiving else {
            return .failure(
                Self.subject,
                "the replica receives nothing from the primary",
                do: "look at primary_conninfo, the replication slot and the replica's log"
            )
        }
        guard delay == 0 else {
            return .warning(
                Self.subject,
                "recovery_min_apply_delay holds the replica \(delay / 1000) s back: reads and new streams are so late",
                do: "let edges read another replica, or reset the setting"
            )
        }
        let text = "the edge reads a replica that has \(DiskRoom.size(max(0, unapplied))) to apply"
        return unapplied > Self.usualLag
            ? .warning(Self.subject, text, do: "end long queries there, or give the replica faster disks")
            : .ok(Self.subject, text)
    }
}
