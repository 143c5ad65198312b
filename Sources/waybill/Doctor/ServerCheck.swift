import Foundation
import Postgres

/// Judges one PostgreSQL server: version, role, settings, room for connections, and what keeps it from its work.
struct ServerCheck {
    let facts: ServerFacts
    /// The server's name in the database's URL.
    let name: String

    /// The connections of one service in usual operation (docs/operations.md).
    private static let connectionsOfAService: Int64 = 24
    private static let oldestVersion: Int32 = 150_000

    func findings() -> [Finding] {
        var findings = [server]
        findings += durability
        if !facts.isStandby { findings.append(connections) }
        if let oldest = facts.oldestTransaction, oldest.seconds > 900 {
            findings.append(
                .warning(
                    "database",
                    "process \(oldest.process) has had a transaction open for "
                        + "\(Self.age(oldest.seconds)), which keeps old rows from being removed",
                    do: "end it where nobody needs it: select pg_terminate_backend(\(oldest.process))"
                )
            )
        }
        if let oldest = facts.oldestPrepared, oldest > 900 {
            findings.append(
                .warning(
                    "database",
                    "a prepared transaction is \(Self.age(oldest)) old; it keeps its locks and old rows",
                    do: "commit or roll it back: see pg_prepared_xacts"
                )
            )
        }
        if facts.archivingFails {
            findings.append(
                .failure(
                    "database",
                    "the last attempt to archive the write-ahead log failed; the log stays on the "
                        + "disk until it succeeds",
                    do: "look at archive_command and pg_stat_archiver, before the disk is full"
                )
            )
        }
        if !facts.autovacuum {
            findings.append(.warning("database", "autovacuum is off", do: "set autovacuum = on"))
        }
        if facts.transactionAge > 1_000_000_000 {
            findings.append(
                .failure(
                    "database",
                    "the oldest transaction id is \(facts.transactionAge / 1_000_000) million old; "
                        + "PostgreSQL stops at 2,147 million",
                    do: "find what keeps vacuum from its work: old transactions, prepared ones, replication slots"
                )
            )
        }
        return findings
    }

    private var server: Finding {
        let kind = facts.isStandby ? "standby" : "primary"
        let size = DiskRoom.size(facts.databaseBytes)
        let text = "\(name): PostgreSQL \(facts.version), \(kind), the database has \(size)"
        if facts.versionNumber < Self.oldestVersion {
            return .failure("database", text, do: "upgrade the server: Waybill needs PostgreSQL 15 or later")
        }
        guard facts.encoding == "UTF8" else {
            return .failure(
                "database",
                "\(text); its encoding is \(facts.encoding)",
                do: "make a database with encoding UTF8"
            )
        }
        return .ok("database", text)
    }

    private var durability: [Finding] {
        ["fsync", "full_page_writes"].filter { facts.durability[$0] != "on" }.map { name in
            .failure(
                "database",
                "\(name) is off: a crash of the machine can lose acknowledged commands or damage the log",
                do: "set \(name) = on and restart the server"
            )
        }
    }

    private var connections: Finding {
        let (usable, taken) = facts.connections
        let left = Int64(usable) - taken
        let text = "\(taken) of \(usable) connections are taken"
        if left < Self.connectionsOfAService / 2 {
            return .failure(
                "database",
                text,
                do: "raise max_connections: a service takes up to \(Self.connectionsOfAService)"
            )
        }
        if left < Self.connectionsOfAService {
            return .warning(
                "database",
                text,
                do: "raise max_connections: a service takes up to \(Self.connectionsOfAService)"
            )
        }
        return .ok("database", text)
    }

    /// A time in its largest fitting unit.
    static func age(_ seconds: Double) -> String {
        seconds < 7200
            ? "\(Int(seconds / 60)) min"
            : seconds < 172_800 ? "\(Int(seconds / 3600)) h" : "\(Int(seconds / 86_400)) days"
    }
}
