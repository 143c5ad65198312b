import Glibc
import Logging

extension ClusterSite {
    /// Makes a new cluster, unless there is one. `initdb` works in a directory of another name, which is renamed when
    /// the cluster is complete: a killed `initdb` leaves nothing that looks like a cluster.
    func initialize(logger: Logger) async throws {
        guard !FileSystem.exists("\(cluster)/PG_VERSION") else { return }
        // An empty directory in the cluster's place can go; files in it belong to somebody.
        guard !FileSystem.exists(cluster) || rmdir(cluster) == 0 else {
            throw EmbeddedPostgresError(
                .initdbFailed,
                "\(cluster) holds files and no PostgreSQL cluster: move it away, or name another data directory"
            )
        }
        let (parent, draftPrefix) = draftPlace
        for name in FileSystem.entries(parent) where name.hasPrefix(draftPrefix) {
            try FileSystem.removeTree("\(parent)/\(name)")
        }
        let draft = "\(parent)/\(draftPrefix)\(getpid())"
        logger.info("making a new PostgreSQL cluster", metadata: ["cluster": "\(cluster)"])
        try FileSystem.makePrivateDirectory(draft, account: account)
        let arguments = try account.command(ServerSettings.initdb(binaries: binaries, directory: draft))
        let result = try await ChildProcess.run(arguments, directory: draft)
        guard result.status == 0 else {
            try FileSystem.removeTree(draft)
            throw EmbeddedPostgresError(
                .initdbFailed,
                "initdb could not make a cluster (exit status \(result.status)); it says: \(result.output.suffix(1000))"
            )
        }
        guard rename(draft, cluster) == 0 else { throw FileSystem.failure("rename", draft) }
        try FileSystem.synchronize(directory: parent)
    }

    /// The directory in which new clusters are made, and the beginning of their names there.
    private var draftPlace: (parent: String, prefix: String) {
        let slash = cluster.lastIndex(of: "/") ?? cluster.startIndex
        return (String(cluster[..<slash]), String(cluster[slash...].dropFirst()) + ".new-")
    }
}
