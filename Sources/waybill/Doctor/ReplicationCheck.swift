import Postgres

/// Judges the standbys and the replication slots of a primary.
struct ReplicationCheck {
    /// A standby that is connected.
    struct Standby {
        let name: String
        let state: String
        /// `async`, `potential`, `sync` or `quorum`.
        let synchrony: String
        /// The bytes of the write-ahead log that the standby has not flushed; nil where the login may not see it.
        let lagBytes: Int64?
    }

    /// A replication slot that nobody uses.
    struct IdleSlot {
        let name: String
        /// The bytes of the write-ahead log that the slot keeps on the disk.
        let keptBytes: Int64
    }

    let standbys: [Standby]
    let idleSlots: [IdleSlot]
    let synchronousStandbys: String
    let seesStatistics: Bool

    static func read(on connection: PostgresConnection, facts: ServerFacts) async throws -> ReplicationCheck {
        let standbys = try await connection.query(standbysSQL).map { row in
            Standby(
                name: try row.get("application_name", as: String?.self) ?? "",
                state: try row.get("state", as: String?.self) ?? "",
                synchrony: try row.get("sync_state", as: String?.self) ?? "",
                lagBytes: try row.get("lag", as: Int64?.self)
            )
        }
        let slots = try await connection.query(slotsSQL).map { row in
            IdleSlot(name: try row.get("slot_name", as: String.self), keptBytes: try row.get("kept", as: Int64.self))
        }
        return ReplicationCheck(
            standbys: standbys,
            idleSlots: slots,
            synchronousStandbys: facts.synchronousStandbys,
            seesStatistics: facts.seesStatistics
        )
    }

    func findings() -> [Finding] {
        var findings: [Finding] = []
        if !seesStatistics, !standbys.isEmpty {
            findings.append(
                .note(
                    "replication",
                    "the login may not see the state of standbys",
                    do: "grant pg_monitor to the login, so that this and --durable-on standby can look"
                )
            )
        } else {
            findings += standbys.map(judge)
        }
        if standbys.isEmpty {
            findings.append(
                .note(
                    "replication",
                    "no standby is connected: the loss of this server's disk loses what no backup has",
                    do: "add a standby, or archive the write-ahead log"
                )
            )
        }
        let isSynchronous = standbys.contains { ["sync", "quorum"].contains($0.synchrony) }
        if !synchronousStandbys.isEmpty, !isSynchronous, seesStatistics {
            findings.append(
                .failure(
                    "replication",
                    "synchronous_standby_names is “\(synchronousStandbys)”, and no such standby is "
                        + "connected: commits wait",
                    do: "start the standby, or take it out of synchronous_standby_names"
                )
            )
        }
        if synchronousStandbys.isEmpty, !standbys.isEmpty {
            findings.append(
                .note(
                    "replication",
                    "replication is asynchronous: a failover may lose the last acknowledged commands",
                    do: "set synchronous_standby_names, or synchronous_mode of Patroni"
                )
            )
        }
        return findings + idleSlots.map(judge)
    }

    private func judge(_ standby: Standby) -> Finding {
        let lag = standby.lagBytes.map { "\(DiskRoom.size(max(0, $0))) behind" } ?? "of unknown lag"
        let text = "standby \(standby.name): \(standby.state), \(standby.synchrony), \(lag)"
        guard standby.state == "streaming", standby.lagBytes ?? 0 < 64 << 20 else {
            return .warning("replication", text, do: "look at the standby's log, its disk and the network")
        }
        return .ok("replication", text)
    }

    private func judge(_ slot: IdleSlot) -> Finding {
        let text =
            "nobody uses the replication slot \(slot.name), which keeps \(DiskRoom.size(slot.keptBytes)) on the disk"
        let advice = "start its standby, or select pg_drop_replication_slot('\(slot.name)')"
        return slot.keptBytes > 1 << 30
            ? .failure("replication", text, do: advice)
            : .warning("replication", text, do: advice)
    }

    private static let standbysSQL = """
        select application_name, state, sync_state, pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn)::bigint as lag
        from pg_stat_replication order by application_name
        """

    private static let slotsSQL = """
        select slot_name::text, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint as kept
        from pg_replication_slots where not active and restart_lsn is not null order by slot_name
        """
}
