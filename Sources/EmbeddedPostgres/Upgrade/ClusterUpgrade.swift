import Glibc
package import Logging
import Postgres

/// Moves an embedded cluster to a later major version of PostgreSQL.
///
/// The later version's cluster is made beside the former one, compared with it row by row, and then takes its place. The
/// former one stays, under another name. Until the last step nothing in it changes but what a start of its server
/// changes. The owner holds the ``DataDirectoryLock``.
package struct ClusterUpgrade {
    package enum Method: String, Sendable, CaseIterable {
        /// `pg_upgrade`, and a dump where that is not possible.
        case automatic
        case dump
    }

    package enum Outcome: Sendable, Hashable {
        /// The cluster is of the latest version that was found.
        case current(major: Int)
        case upgraded(from: Int, to: Int, kept: String)
    }

    private let dataDirectory: String
    private let oldPrograms: String?
    private let newPrograms: String?
    private let method: Method
    private let logger: Logger
    private let report: (String) throws -> Void

    /// The time for a program that reads or writes the whole cluster.
    private static let timeout = Duration.seconds(86_400)
    /// The time for the last checkpoint of a server: an unclean end would stop `pg_upgrade`.
    private static let stopTimeout = Duration.seconds(600)

    /// - Parameters:
    ///   - oldPrograms: the directory of the programs that made the cluster; nil looks in the usual places.
    ///   - newPrograms: that of the later version; nil looks in `WAYBILL_PG_BIN`, else takes the latest.
    ///   - report: gets a line at each step.
    package init(
        dataDirectory: String,
        oldPrograms: String? = nil,
        newPrograms: String? = nil,
        method: Method = .automatic,
        logger: Logger,
        report: @escaping (String) throws -> Void
    ) {
        self.dataDirectory = dataDirectory
        self.oldPrograms = oldPrograms
        self.newPrograms = newPrograms
        self.method = method
        self.logger = logger
        self.report = report
    }

    /// - Throws: ``EmbeddedPostgresError``; `CancellationError`. The cluster is then as it was.
    package func run() async throws -> Outcome {
        let place = try await ClusterPlace.find(dataDirectory: dataDirectory, asOwner: true, logger: logger)
        defer { withExtendedLifetime(place) {} }
        guard let major = place.major else {
            throw EmbeddedPostgresError(.upgradeFailed, "there is no cluster in \(place.cluster)")
        }
        let programs = try await UpgradePrograms.find(
            major: major,
            cluster: place.cluster,
            oldDirectory: oldPrograms,
            newDirectory: newPrograms
        )
        guard let programs else { return .current(major: major) }
        let draft = UpgradeDraft(cluster: place.cluster, account: place.account)
        let work = Work(place: place, draft: draft, programs: programs, logger: logger)
        do {
            try work.requireRoom()
            try draft.make()
            try await make(work)
            try report("verified; the new cluster takes its place")
            let kept = try draft.finish(major: major)
            try await UpgradeDraft.clear(of: place.cluster, account: place.account, logger: logger)
            return .upgraded(from: major, to: programs.new.major, kept: kept)
        } catch {
            // In a task of its own: the caller may be cancelled, and then every wait would end at once.
            try await Task { [logger] in
                try await UpgradeDraft.clear(of: place.cluster, account: place.account, logger: logger)
                // `pg_upgrade` may have left the former cluster's server running.
                try await ClusterServer(cluster: place.cluster, account: place.account).end(logger: logger)
            }.value
            throw error
        }
    }

    private func make(_ work: Work) async throws {
        let (old, new) = (work.programs.old.major, work.programs.new.major)
        try report("reading the cluster of PostgreSQL \(old) in \(work.place.cluster)")
        let before = try await work.withServer(work.source) { try await ClusterContents.read($0, logger: logger) }
        try await work.makeTarget()
        var isMade = false
        if method == .automatic, work.programs.canUpgradeInPlace {
            try report("copying it to PostgreSQL \(new) by pg_upgrade")
            if let reason = try await work.upgrade() {
                try report("pg_upgrade cannot do it: \(reason)")
                try FileSystem.removeTree(work.draft.target)
                try await work.makeTarget()
            } else {
                isMade = true
            }
        }
        if !isMade {
            try report("copying it to PostgreSQL \(new) by dump and restore")
            try await work.transfer()
        }
        try report("verifying the new cluster against the old one")
        let after = try await work.withServer(work.target) { maintenance in
            try await work.analyze(maintenance)
            return try await ClusterContents.read(maintenance, logger: logger)
        }
        let differences = after.differences(from: before)
        guard differences.isEmpty else {
            throw EmbeddedPostgresError(
                .upgradeFailed,
                "the new cluster differs from the old one, which goes on as it was: "
                    + differences.prefix(5).joined(separator: ", ")
            )
        }
        if let mark = ClusterMark(in: work.place.cluster) {
            try mark.write(to: work.draft.target, account: work.place.account)
        }
    }
}

extension ClusterUpgrade {
    /// The steps of one upgrade.
    struct Work {
        let place: ClusterPlace
        let draft: UpgradeDraft
        let programs: UpgradePrograms
        let logger: Logger

        /// The former cluster. Its server listens in the draft, so that nobody else takes it for one that serves.
        var source: ClusterSite {
            ClusterSite(place, socketsFor: draft.oldSockets, binaries: programs.old)
        }

        /// The later version's cluster.
        var target: ClusterSite {
            ClusterSite(place, cluster: draft.target, socketsFor: draft.newSockets, binaries: programs.new)
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
            try await server.stop(within: ClusterUpgrade.stopTimeout)
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

        /// Copies the cluster by `pg_upgrade`.
        ///
        /// - Returns: nil when done; the reason when the check before it says that it cannot be done.
        func upgrade() async throws -> String? {
            let sockets = place.socketDirectory(of: draft.oldSockets)
            if !FileSystem.exists(sockets) { try FileSystem.makePrivateDirectory(sockets, account: place.account) }
            let arguments = [
                "\(programs.new.directory)/pg_upgrade", "--old-bindir=\(programs.old.directory)",
                "--new-bindir=\(programs.new.directory)", "--old-datadir=\(place.cluster)",
                "--new-datadir=\(draft.target)", "--username=\(ServerSettings.user)", "--socketdir=\(sockets)",
            ]
            let check = try await ChildProcess.run(
                place.account.command(arguments + ["--check"]),
                directory: draft.work,
                timeout: ClusterUpgrade.timeout
            )
            guard check.status == 0 else { return Self.reason(check.output) }
            try await run(arguments, named: "pg_upgrade")
            return nil
        }

        /// The last lines of a program's output, as one.
        private static func reason(_ output: String) -> String {
            let lines = output.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
            return lines.suffix(4).joined(separator: " ")
        }

        /// Copies the cluster by a dump of each database.
        func transfer() async throws {
            let tools = try programs.forTransfer().directory
            try await withServer(source) { old in
                try await withServer(target) { new in
                    let (from, to) = (Self.address(old), Self.address(new))
                    let globals = "\(draft.work)/globals.sql"
                    try await run(
                        ["\(tools)/pg_dumpall", "--globals-only", "--file=\(globals)"] + from,
                        named: "pg_dumpall"
                    )
                    // The script makes the superuser too, which is there: its other statements may not fail.
                    try await run(
                        ["\(tools)/psql", "--no-psqlrc", "--quiet", "--file=\(try withoutSuperuser(globals))"]
                            + ["--set=ON_ERROR_STOP=1", "--dbname=postgres"] + to,
                        named: "psql"
                    )
                    for name in try await ClusterContents.databases(old, logger: logger) {
                        let file = "\(draft.work)/database.dump"
                        try await run(
                            ["\(tools)/pg_dump", "--format=custom", "--file=\(file)", "--dbname=\(name)"] + from,
                            named: "pg_dump"
                        )
                        let creates = name == "postgres" ? [] : ["--create"]
                        try await run(
                            ["\(tools)/pg_restore", "--exit-on-error", "--dbname=postgres"] + creates + to + [file],
                            named: "pg_restore"
                        )
                        try FileSystem.removeTree(file)
                    }
                }
            }
        }

        private static func address(_ database: PostgresConfiguration) -> [String] {
            ["--host=\(database.host)", "--port=\(database.port)", "--username=\(database.user)"]
        }

        /// Writes a copy of the script without the superuser's `create role`.
        private func withoutSuperuser(_ path: String) throws -> String {
            guard let text = FileSystem.contents(path) else { throw FileSystem.failure("read", path) }
            let statement = "CREATE ROLE \(ServerSettings.user);"
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { $0 != statement }
            let copy = "\(path).new"
            let descriptor = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw FileSystem.failure("make", copy) }
            defer { close(descriptor) }
            let bytes = Array(lines.joined(separator: "\n").utf8)
            guard write(descriptor, bytes, bytes.count) == bytes.count else { throw FileSystem.failure("write", copy) }
            guard fchown(descriptor, place.account.user, place.account.group) == 0 else {
                throw FileSystem.failure("change the owner of", copy)
            }
            return copy
        }

        /// Statistics do not come along before PostgreSQL 18.
        func analyze(_ maintenance: PostgresConfiguration) async throws {
            for name in try await ClusterContents.databases(maintenance, logger: logger) {
                var database = maintenance
                database.database = name
                try await PostgresConnection.with(database, logger: logger) { session in
                    _ = try await session.query("analyze", timeout: ClusterUpgrade.timeout)
                }
            }
        }

        private func run(_ arguments: [String], named name: String) async throws {
            let result = try await ChildProcess.run(
                place.account.command(arguments),
                directory: draft.work,
                timeout: ClusterUpgrade.timeout
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
}
