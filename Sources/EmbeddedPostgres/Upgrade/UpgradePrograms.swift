/// The programs of both versions for an upgrade.
struct UpgradePrograms: Hashable {
    let old: ServerBinaries
    let new: ServerBinaries

    /// The programs of PostgreSQL that `pg_upgrade` needs of each version (`check_bin_dir` in its source).
    private static let needed = (
        old: ["postgres", "pg_controldata", "pg_ctl", "pg_resetwal"],
        new: [
            "pg_upgrade", "postgres", "initdb", "pg_controldata", "pg_ctl", "pg_resetwal", "pg_dump", "pg_dumpall",
            "pg_restore", "psql", "vacuumdb",
        ]
    )
    private static let transfer = ["pg_dump", "pg_dumpall", "pg_restore", "psql"]

    /// True when `pg_upgrade` is there with all that it needs.
    var canUpgradeInPlace: Bool { old.hold(Self.needed.old) && new.hold(Self.needed.new) }

    /// The programs that dump and restore: those of the later version, which knows both, where they are installed.
    func forTransfer() throws -> ServerBinaries {
        if let found = [new, old].first(where: { $0.hold(Self.transfer) }) { return found }
        throw EmbeddedPostgresError(
            .binariesMissing,
            "pg_dump, pg_restore and psql are missing in \(new.directory): install `postgresql-client-\(new.major)`"
        )
    }

    /// Finds the programs for a cluster.
    ///
    /// - Parameters:
    ///   - oldDirectory: the directory of the programs that made the cluster; nil looks in the usual places.
    ///   - newDirectory: that of the later version; nil takes the latest that is installed.
    /// - Returns: nil when the cluster is of that version already.
    static func find(
        major: Int,
        cluster: String,
        oldDirectory: String?,
        newDirectory: String?
    ) async throws -> UpgradePrograms? {
        let named = newDirectory ?? ServerBinaries.namedByEnvironment
        let usual = try await ServerBinaries.installed(in: nil)
        let targets = try await named == nil ? usual : ServerBinaries.installed(in: named)
        guard let new = targets.max(by: { $0.major < $1.major }) else {
            // Says what to install.
            let nothing = try ServerBinaries.choose(from: [], clusterMajor: major)
            return UpgradePrograms(old: nothing, new: nothing)
        }
        if new.major == major { return nil }
        guard new.major > major else {
            throw EmbeddedPostgresError(
                .upgradeFailed,
                "the cluster in \(cluster) was made by PostgreSQL \(major), which is later than \(new.major), the latest "
                    + "that was found: install a later one, or name the directory of its programs in WAYBILL_PG_BIN"
            )
        }
        let sources = try await oldDirectory == nil ? usual + targets : ServerBinaries.installed(in: oldDirectory)
        guard let old = sources.first(where: { $0.major == major }) else {
            throw EmbeddedPostgresError(
                .versionMismatch,
                "the cluster in \(cluster) was made by PostgreSQL \(major), whose programs are needed once more to read "
                    + "it: install `postgresql-\(major)` beside \(new.major), or name their directory by --old-programs"
            )
        }
        return UpgradePrograms(old: old, new: new)
    }
}

extension ServerBinaries {
    fileprivate func hold(_ programs: [String]) -> Bool {
        programs.allSatisfy { FileSystem.isExecutable("\(directory)/\($0)") }
    }
}
