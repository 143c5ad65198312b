import OrderLog
import Postgres

/// Judges whether `--durable-on standby` can keep its promise: a standby has each commit on its disk soon.
struct DurabilityCheck {
    /// The SQL that lets the login see the standbys; nil where it does.
    let missingGrant: String?
    /// The standbys that count, by synchronous_standby_names.
    let standbys: Int
    /// The bytes of the log of changes that they do not have on their disks; nil where none confirms anything.
    let behind: Int64?
    let synchronousStandbys: String
    let isPrimary: Bool

    private static let subject = "durability"
    /// The bytes that a standby may be behind in usual operation.
    private static let usualLag: Int64 = 16 << 20

    static func read(on connection: PostgresConnection) async throws -> DurabilityCheck {
        let row = try await connection.query(
            """
            select current_setting('synchronous_standby_names') as names, not pg_is_in_recovery() as is_primary
            """
        )[0]
        let isPrimary = try row.get("is_primary", as: Bool.self)
        let missing = try await StandbyWatch.missingGrant(on: connection)
        let canLook = isPrimary && missing == nil
        let look = try await canLook ? StandbyWatch.look(on: connection) : (standbys: 0, behind: nil)
        return DurabilityCheck(
            missingGrant: missing,
            standbys: look.standbys,
            behind: look.behind,
            synchronousStandbys: try row.get("names", as: String.self),
            isPrimary: isPrimary
        )
    }

    func findings() -> [Finding] {
        guard isPrimary else {
            let text = "the database's URL leads to a standby, which knows nothing of the others"
            return [.failure(Self.subject, text, do: "add target_session_attrs=read-write to --database-url")]
        }
        if let missingGrant {
            let text = "serve refuses to start: the login may not see where standbys are"
            return [.failure(Self.subject, text, do: "as an administrator run: \(missingGrant)")]
        }
        let setting = synchronousStandbys
        let names = setting.isEmpty ? "" : " that synchronous_standby_names (“\(setting)”) names"
        guard standbys > 0 else {
            return [
                .failure(
                    Self.subject,
                    "no standby\(names) streams: commands would be refused",
                    do: "start the standby, and look at its log; or serve with --durable-on local"
                )
            ]
        }
        guard let behind else {
            return [
                .failure(
                    Self.subject,
                    "too few standbys\(names) tell what is on their disks: commands would be refused",
                    do: "start so many standbys as the setting asks for, or change it"
                )
            ]
        }
        let count = standbys == 1 ? "1 standby\(names) confirms" : "\(standbys) standbys\(names) confirm"
        let text = "\(count) what is on disk, \(DiskRoom.size(behind)) behind the primary"
        var findings: [Finding] = [
            behind > Self.usualLag
                ? .warning(Self.subject, text, do: "look at the standby's disk and the network: replies wait for it")
                : .ok(Self.subject, text)
        ]
        if synchronousStandbys.isEmpty {
            findings.append(
                .note(
                    Self.subject,
                    "synchronous_standby_names is empty, so that the standby that is ahead counts",
                    do: "promote that one in a failover, or name the standby that will be"
                )
            )
        }
        return findings
    }
}
