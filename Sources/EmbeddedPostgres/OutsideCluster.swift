import Glibc
import Logging

/// The clusters below `/var/lib/waybill`, seen from one data directory, whose own is known by the ``ClusterMark``.
final class OutsideCluster {
    private let dataDirectory: String
    private let account: ServerAccount
    private let logger: Logger
    private let cluster: String
    private var lock: DataDirectoryLock?

    /// - Parameters:
    ///   - dataDirectory: absolute and without symbolic links; this process holds its lock.
    ///   - account: the user that the cluster's server runs as.
    init(dataDirectory: String, account: ServerAccount, logger: Logger) {
        self.dataDirectory = dataDirectory
        self.account = account
        self.logger = logger
        cluster = ClusterPlacement.outside(dataDirectory)
    }

    /// Sees to it that a cluster in this data directory's place is its own.
    ///
    /// A cluster of a directory that was deleted, or that another one has replaced, moves to another name beside. One
    /// that was made before there were marks is taken as this directory's. The cluster of a directory that was moved
    /// follows it.
    ///
    /// - Throws: `directoryLocked` when a process still uses such a cluster; `directoryCopied`, `clusterMissing`.
    func settle() async throws {
        // Only root keeps clusters outside.
        guard account.needsSwitch else { return }
        let own = ClusterMark(in: dataDirectory)
        let isThere = FileSystem.exists(cluster) || FileSystem.exists(UpgradeDraft.finished(of: cluster))
        guard isThere || own != nil else { return }
        lock = try Self.lock(cluster)
        try await UpgradeDraft.clear(of: cluster, account: account, logger: logger)
        if FileSystem.exists("\(cluster)/PG_VERSION") {
            guard let mark = ClusterMark(in: cluster) else { return try adopt(own) }
            if mark.id == own?.id || Self.isMarkedHalf(cluster, of: dataDirectory) { return try adopt(mark) }
            try await setAside()
        }
        guard let own else { return }
        try await fetch(own)
    }

    /// The lock of the cluster in this data directory's place.
    func takeLock() throws -> DataDirectoryLock {
        if let lock { return lock }
        let taken = try Self.lock(cluster)
        lock = taken
        return taken
    }

    /// A file beside the cluster, since the cluster's own directory can move.
    private static func lock(_ cluster: String) throws -> DataDirectoryLock {
        try FileSystem.makeDirectories(ClusterPlacement.outsideRoot, mode: 0o755)
        return try DataDirectoryLock(file: "\(cluster).lock") { holder in
            "another process\(holder) uses the cluster \(cluster), whose data directory was deleted, replaced or moved "
                + "meanwhile: stop that process first"
        }
    }

    /// Marks the cluster as this data directory's. The data directory comes first: a cluster with a mark that its data
    /// directory lacks would count as another one's.
    private func adopt(_ mark: ClusterMark?) throws {
        let id = mark?.id ?? ClusterMark.new().id
        let there = ClusterMark(id: id, note: dataDirectory)
        let here = ClusterMark(id: id)
        if ClusterMark(in: cluster) != there {
            if ClusterMark(in: dataDirectory)?.id != id { try here.pending.write(to: dataDirectory) }
            try there.write(to: cluster, account: account)
        }
        if ClusterMark(in: dataDirectory) != here { try here.write(to: dataDirectory) }
    }

    /// True for a data directory that has no mark, although the cluster in its place names it, and whose key is older
    /// than that mark. An earlier version marked the cluster first and was stopped then, or a backup from before there
    /// were marks was put back. A data directory that was made anew has a later key.
    static func isMarkedHalf(_ cluster: String, of dataDirectory: String) -> Bool {
        guard
            FileSystem.status("\(dataDirectory)/\(ClusterMark.fileName)") == nil,
            ClusterMark(in: cluster)?.note == dataDirectory,
            let mark = FileSystem.status("\(cluster)/\(ClusterMark.fileName)")?.st_mtim,
            let key = FileSystem.status("\(dataDirectory)/dev-key.pem")?.st_mtim
        else { return false }
        return (key.tv_sec, key.tv_nsec) < (mark.tv_sec, mark.tv_nsec)
    }

    /// Moves the cluster in this place to another name.
    private func setAside() async throws {
        var kept = ""
        var number = 1
        repeat {
            kept = "\(cluster).\(Self.asideInfix)\(number)"
            number += 1
        } while FileSystem.exists(kept)
        try await ClusterServer(cluster: cluster, account: account).end(logger: logger)
        guard rename(cluster, kept) == 0 else { throw FileSystem.failure("rename", cluster) }
        try FileSystem.synchronize(directory: ClusterPlacement.outsideRoot)
        logger.warning(
            """
            the cluster in this data directory's place belongs to another one, which was deleted or replaced: it is \
            kept under another name, and its log is not served; to serve it again, stop this process, delete the cluster \
            that it has made, rename the old one back and copy its cluster.id into the data directory
            """,
            metadata: ["dataDirectory": "\(dataDirectory)", "cluster": "\(cluster)", "kept": "\(kept)"]
        )
    }

    /// True for the names that this type gives; others, such as those of backups, are somebody's own.
    private static func isOurName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].count == 16, parts[0].allSatisfy(\.isHexDigit) else { return false }
        return parts.count == 1 || parts[1].hasPrefix(asideInfix)
    }

    private static let asideInfix = "old-"

    /// Finds the cluster of a data directory that has another path now, and puts it into its place.
    private func fetch(_ own: ClusterMark) async throws {
        let root = ClusterPlacement.outsideRoot
        let candidates = FileSystem.entries(root).sorted().filter(Self.isOurName).map { "\(root)/\($0)" }
        guard
            let found = candidates.first(where: {
                FileSystem.exists("\($0)/PG_VERSION") && ClusterMark(in: $0)?.id == own.id
            })
        else {
            // The first cluster is still to be made.
            if own.isPending { return }
            throw EmbeddedPostgresError(
                .clusterMissing,
                "the cluster of \(dataDirectory) is not in \(cluster), where it was kept: put it back there, or delete "
                    + "\(dataDirectory)/\(ClusterMark.fileName) to begin with an empty log"
            )
        }
        if let former = ClusterMark(in: found)?.note, former != dataDirectory, ClusterMark(in: former)?.id == own.id {
            throw EmbeddedPostgresError(
                .directoryCopied,
                "\(dataDirectory) is a copy of \(former), whose cluster is in \(found) and was not copied: delete "
                    + "\(dataDirectory)/\(ClusterMark.fileName) to begin with an empty log, or copy the stopped cluster "
                    + "to \(cluster) too"
            )
        }
        let formerLock = try Self.lock(found)
        defer { withExtendedLifetime(formerLock) {} }
        try await ClusterServer(cluster: found, account: account).end(logger: logger)
        guard rename(found, cluster) == 0 else { throw FileSystem.failure("rename", found) }
        try FileSystem.synchronize(directory: root)
        logger.notice(
            "the data directory was moved; its cluster follows it",
            metadata: ["dataDirectory": "\(dataDirectory)", "from": "\(found)", "cluster": "\(cluster)"]
        )
        try adopt(own)
    }
}
