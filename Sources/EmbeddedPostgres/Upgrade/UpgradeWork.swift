import Glibc
import Logging
import Postgres

/// The steps of one upgrade.
struct UpgradeWork {
    let place: ClusterPlace
    let draft: UpgradeDraft
    let programs: UpgradePrograms
    let logger: Logger

    /// The time for a program that reads or writes the whole cluster.
    static let timeout = Duration.seconds(86_400)
    /// The time for the last checkpoint of a server: an unclean end would stop `pg_upgrade`.
    private static let stopTimeout = Duration.seconds(600)

    /// The former cluster. Its server listens in the draft, so that nobody else takes it for one that serves.
    var source: ClusterSite {
        ClusterSite(place, socketsFor: draft.oldSockets, binaries: programs.old)
    }

    /// The later version's cluster.
    var target: ClusterSite {
        ClusterSite(place, cluster: draft.target, socketsFor: draft.newSockets, binaries: programs.new)
    }

    /// The former cluster's files with settings that the later version's cluster lacks.
    var filesOfOtherSettings: [String] {
        ["pg_ident.conf", "pg_hba.conf", "postgresql.conf", "postgresql.auto.conf"].filter { name in
            let (old, new) = (
                FileSystem.contents("\(place.cluster)/\(name)"), FileSystem.contents("\(draft.target)/\(name)")
            )
            return !Self.settings(old ?? "").isSubset(of: Self.settings(new ?? ""))
        }
    }

    /// The lines that set something, without comments, quotes and the number of blanks: `initdb` quotes fewer values
    /// since PostgreSQL 16.
    static func settings(_ text: String) -> Set<String> {
        let lines = text.split(separator: "\n").map { line in
            line.prefix { $0 != "#" }.filter { $0 != "'" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return Set(lines.filter { !$0.isEmpty })
    }

    /// Looks for room for a second cluster, so that a full disk is found before the work.
    func requireRoom() throws {
        let needed = FileSystem.size(ofTree: "\(place.cluster)/base") + 128 << 20
        let (parent, _) = FileSystem.split(place.cluster)
        guard let free = FileSystem.freeBytes(parent), free < needed else { return }
        throw EmbeddedPostgresError(
            .upgradeFailed,
            "the upgrade needs room for a second cluster: \(needed >> 20) MiB in \(parent), where \(free >> 20) MiB "
                + "are free"
        )
    }

    /// Runs a server for as long as `body` works.
    func withServer<R>(
        _ site: ClusterSite,
        _ body: (PostgresConfiguration) async throws -> R
    ) async throws -> R {
        let server = EmbeddedPostgres(site: site, logger: logger)
        let result: Result<R, any Error>
        do {
            let database = try await server.startServer()
            result = .success(try await body(ServerSettings.maintenance(of: database)))
        } catch {
            result = .failure(error)
        }
        try await server.stop(within: Self.stopTimeout)
        return try result.get()
    }

    /// Makes the later version's empty cluster.
    func makeTarget() async throws {
        let checksums = try await hasChecksums()
        let arguments = ServerSettings.initdb(
            binaries: programs.new,
            directory: draft.target,
            withChecksums: checksums
        )
        try FileSystem.makePrivateDirectory(draft.target, account: place.account)
        try await run(arguments, named: "initdb")
    }

    /// `pg_upgrade` wants both clusters to be alike in this.
    private func hasChecksums() async throws -> Bool {
        let program = "\(programs.old.directory)/pg_controldata"
        guard FileSystem.isExecutable(program) else { return true }
        let result = try await ChildProcess.run(place.account.command([program, place.cluster]))
        return !result.output.split(separator: "\n").contains {
            $0.hasPrefix("Data page checksum version:") && $0.hasSuffix(" 0")
        }
    }

    /// Copies the cluster by `pg_upgrade`, which checks first that it can.
    ///
    /// - Returns: nil when done; else what it says.
    func upgrade() async throws -> String? {
        let sockets = place.socketDirectory(of: draft.oldSockets)
        if !FileSystem.exists(sockets) { try FileSystem.makePrivateDirectory(sockets, account: place.account) }
        let arguments = [
            "\(programs.new.directory)/pg_upgrade", "--old-bindir=\(programs.old.directory)",
            "--new-bindir=\(programs.new.directory)", "--old-datadir=\(place.cluster)",
            "--new-datadir=\(draft.target)", "--username=\(ServerSettings.user)", "--socketdir=\(sockets)",
        ]
        let result = try await ChildProcess.run(
            place.account.command(arguments),
            directory: draft.work,
            timeout: Self.timeout
        )
        return result.status == 0 ? nil : Self.reason(result.output)
    }

    /// The last lines of a program's output, as one.
    static func reason(_ output: String) -> String {
        let lines = output.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        return lines.suffix(4).joined(separator: " ")
    }

    /// Statistics do not come along before PostgreSQL 18.
    func analyze(_ maintenance: PostgresConfiguration) async throws {
        for name in try await ClusterContents.databases(maintenance, logger: logger) {
            var database = maintenance
            database.database = name
            try await PostgresConnection.with(database, logger: logger) { session in
                _ = try await session.query("analyze", timeout: Self.timeout)
            }
        }
    }

    func run(_ arguments: [String], named name: String) async throws {
        let result = try await ChildProcess.run(
            place.account.command(arguments),
            directory: draft.work,
            timeout: Self.timeout
        )
        guard result.status == 0 else {
            throw EmbeddedPostgresError(
                .upgradeFailed,
                "\(name) failed (exit status \(result.status)), and the cluster is as it was; it says: "
                    + Self.reason(result.output)
            )
        }
    }
}
