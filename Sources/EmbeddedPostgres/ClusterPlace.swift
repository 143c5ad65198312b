import Glibc
import Logging

/// The place of a data directory's cluster, and the account that runs its server.
struct ClusterPlace {
    /// The data directory, absolute and without symbolic links.
    let dataDirectory: String
    /// The cluster's directory (PGDATA).
    let cluster: String
    let isOutside: Bool
    let account: ServerAccount
    /// For a cluster outside, the lock that makes it belong to one process, whatever became of the data directory; nil
    /// for a cluster inside and for a process that joins another's.
    let lock: DataDirectoryLock?

    /// The major version that made the cluster; nil while there is none.
    var major: Int? { Self.major(of: cluster) }

    static func major(of cluster: String) -> Int? {
        FileSystem.contents("\(cluster)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// The directory of the server's socket, for a cluster of this path.
    func socketDirectory(of cluster: String) -> String {
        ClusterPlacement.socketDirectory(
            cluster: cluster,
            port: ServerSettings.port,
            root: account.socketRoot
        )
    }

    /// Finds the place, and makes the directories around it.
    ///
    /// - Parameter asOwner: true for the holder of the data directory's lock, who also finishes or removes what a
    ///   killed `waybill upgrade` left, and puts clusters in their places that belong to other data directories. False
    ///   changes nothing.
    static func find(dataDirectory: String, asOwner: Bool, logger: Logger) async throws -> ClusterPlace {
        try FileSystem.makeDirectories(dataDirectory, mode: 0o711)
        let directory = try FileSystem.resolved(dataDirectory)
        let inside = ClusterPlacement.inside(directory)
        let outside = ClusterPlacement.outside(directory)

        // The account first: the placement depends on the directories that it can enter.
        let places = [inside, outside].flatMap { [$0, UpgradeDraft.finished(of: $0)] }
        let owner = places.lazy.compactMap { FileSystem.status($0) }.first
        let account = try ServerAccount.choose(ownerOfCluster: owner?.st_uid)
        var outsider: OutsideCluster?
        if asOwner {
            try await UpgradeDraft.clear(of: inside, account: account, logger: logger)
            if !FileSystem.exists("\(inside)/PG_VERSION") {
                let found = OutsideCluster(dataDirectory: directory, account: account, logger: logger)
                try await found.settle()
                outsider = found
            }
        }
        let findings = ClusterPlacement.Findings(
            dataDirectory: directory,
            isReachable: try await account.canEnter(directory),
            hasClusterInside: FileSystem.exists("\(inside)/PG_VERSION"),
            hasClusterOutside: FileSystem.exists("\(outside)/PG_VERSION")
        )
        if !account.needsSwitch && !findings.isReachable {
            throw EmbeddedPostgresError(
                .notReachable,
                "this process cannot enter \(directory): give its user access, or name another data directory"
            )
        }
        let placement = try ClusterPlacement(findings)
        if placement.isOutside {
            let closed = try await account.firstClosedDirectory(towards: directory) ?? directory
            logger.notice(
                "the PostgreSQL account cannot enter the data directory; the cluster is kept outside of it",
                metadata: ["cluster": "\(placement.cluster)", "closed": "\(closed)", "account": "\(account.name)"]
            )
            try FileSystem.makeDirectories(ClusterPlacement.outsideRoot, mode: 0o755)
        }
        return ClusterPlace(
            dataDirectory: directory,
            cluster: placement.cluster,
            isOutside: placement.isOutside,
            account: account,
            lock: placement.isOutside ? try outsider?.takeLock() : nil
        )
    }
}
