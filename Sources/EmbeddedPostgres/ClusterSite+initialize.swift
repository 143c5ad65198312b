import Glibc
import Logging

extension ClusterSite {
    /// The part of a draft's name between the cluster's name and the id of the process that makes it.
    private static let infix = ".new-"

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
        let (parent, _) = FileSystem.split(cluster)
        for mark in DraftMark.leftovers(of: cluster, infix: Self.infix, logger: logger) {
            try mark.removeDirectory()
        }
        let draft = "\(cluster)\(Self.infix)\(getpid())"
        let draftMark = DraftMark(of: draft)
        logger.info("making a new PostgreSQL cluster", metadata: ["cluster": "\(cluster)"])
        try draftMark.makeDirectory(account: account)
        let arguments = try account.command(ServerSettings.initdb(binaries: binaries, directory: draft))
        let result = try await ChildProcess.run(arguments, directory: draft)
        guard result.status == 0 else {
            try draftMark.removeDirectory()
            throw EmbeddedPostgresError(
                .initdbFailed,
                "initdb could not make a cluster (exit status \(result.status)); it says: \(result.output.suffix(1000))"
            )
        }
        // A cluster outside is tied to its data directory. The directory's mark says `pending` until the cluster is in
        // its place, so that a kill between the two is no loss of a cluster.
        let mark = outsideOf.map { ClusterMark(in: $0) ?? .new() }
        if let directory = outsideOf, let mark {
            try mark.pending.write(to: directory)
            try ClusterMark(id: mark.id, note: directory).write(to: draft, account: account)
        }
        guard rename(draft, cluster) == 0 else { throw FileSystem.failure("rename", draft) }
        try FileSystem.synchronize(directory: parent)
        try draftMark.remove()
        if let directory = outsideOf, let mark { try ClusterMark(id: mark.id).write(to: directory) }
    }
}
