import Glibc
package import Logging
import Postgres

/// Moves an embedded cluster to a later major version of PostgreSQL.
///
/// The later version's cluster is made beside the former one, compared with it row by row, and then takes its place.
/// The former one stays, under another name. Until the last step nothing in it changes but what a start of its server
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
        let work = UpgradeWork(place: place, draft: draft, programs: programs, logger: logger)
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

    private func make(_ work: UpgradeWork) async throws {
        let (old, new) = (work.programs.old.major, work.programs.new.major)
        try report("reading the cluster of PostgreSQL \(old) in \(work.place.cluster)")
        let before = try await work.withServer(work.source) { try await ClusterContents.read($0, logger: logger) }
        try await work.makeTarget()
        var isMade = false
        if method == .automatic, work.programs.canUpgradeInPlace {
            try report("copying it to PostgreSQL \(new) by pg_upgrade")
            if let reason = try await work.upgrade() {
                try report("pg_upgrade could not do it: \(reason)")
                try await ClusterServer(cluster: work.draft.target, account: work.place.account).end(logger: logger)
                try FileSystem.removeTree(work.draft.target, below: FileSystem.split(work.place.cluster).parent)
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
        let files = work.filesOfOtherSettings
        if !files.isEmpty {
            let names = files.joined(separator: ", ")
            try report("settings in the old cluster's \(names) are not taken over: look at them there")
        }
        if let mark = ClusterMark(in: work.place.cluster) {
            try mark.write(to: work.draft.target, account: work.place.account)
        }
    }
}
