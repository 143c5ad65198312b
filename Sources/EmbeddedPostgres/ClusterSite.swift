import Glibc
import Logging

/// The place of a cluster: its directories, the account that runs its server, and the server's programs.
struct ClusterSite {
    /// The cluster's directory (PGDATA).
    let cluster: String
    let socketDirectory: String
    let account: ServerAccount
    let binaries: ServerBinaries

    var pidFile: String { "\(cluster)/postmaster.pid" }
    var log: ServerLog { ServerLog(path: "\(cluster)/postgres.log", account: account) }

    /// Finds the place of a data directory's cluster, and makes the directories around it.
    ///
    /// - Parameter binaryDirectory: the directory of the server's programs; nil searches for one.
    static func prepare(
        dataDirectory: String,
        binaryDirectory: String?,
        logger: Logger
    ) async throws -> ClusterSite {
        try FileSystem.makeDirectories(dataDirectory, mode: 0o711)
        let directory = try FileSystem.resolved(dataDirectory)
        let inside = ClusterPlacement.inside(directory)
        let outside = ClusterPlacement.outside(directory)

        // The account first: the placement depends on the directories that it can enter.
        let owner = FileSystem.status(inside) ?? FileSystem.status(outside)
        let account = try ServerAccount.choose(ownerOfCluster: owner?.st_uid)
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
            try FileSystem.makeDirectories("/var/lib/waybill", mode: 0o755)
        }

        let major = FileSystem.contents("\(placement.cluster)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
        return ClusterSite(
            cluster: placement.cluster,
            socketDirectory: ClusterPlacement.socketDirectory(
                cluster: placement.cluster,
                port: ServerSettings.port,
                root: account.needsSwitch ? "/run" : "/tmp"
            ),
            account: account,
            binaries: try await ServerBinaries.locate(in: binaryDirectory, clusterMajor: major)
        )
    }
}
