import Glibc
import Logging

/// The directories in which `waybill upgrade` works, beside the cluster: `….upgrade-PID` while the later version's
/// cluster is made and verified, then `….upgraded` until it takes the cluster's place.
///
/// A killed upgrade leaves the cluster as it was, or a finished one that takes its place at the next start.
struct UpgradeDraft {
    let cluster: String
    let account: ServerAccount

    /// The draft of this process.
    var directory: String { "\(cluster)\(Self.infix)\(getpid())" }
    /// The later version's cluster while it is a draft.
    var target: String { "\(directory)/cluster" }
    /// For each of the two servers, the path whose socket it has.
    var oldSockets: String { "\(directory)/old" }
    var newSockets: String { "\(directory)/new" }
    /// The working directory of the programs, for their files.
    var work: String { "\(directory)/work" }

    private static let infix = ".upgrade-"

    /// The name of a cluster that is complete and verified, and not yet in its place.
    static func finished(of cluster: String) -> String { "\(cluster).upgraded" }

    func make() throws {
        for path in [directory, work] { try FileSystem.makePrivateDirectory(path, account: account) }
    }

    /// Puts the draft's cluster into the cluster's place.
    ///
    /// - Returns: the former cluster's new name.
    func finish(major: Int) throws -> String {
        let (parent, _) = FileSystem.split(cluster)
        let finished = Self.finished(of: cluster)
        let kept = Self.freeName("\(cluster).\(major)")
        // A kill after the first step leaves the former cluster in its place, after the second the finished one.
        for (from, to) in [(target, finished), (cluster, kept), (finished, cluster)] {
            guard rename(from, to) == 0 else { throw FileSystem.failure("rename", from) }
            try FileSystem.synchronize(directory: parent)
        }
        // The former cluster gives up its data directory's mark, or it would count as that directory's cluster one day.
        // Only now: without the mark, a cluster in its place belongs to whatever data directory is there.
        if FileSystem.exists("\(kept)/\(ClusterMark.fileName)") {
            try FileSystem.removeTree("\(kept)/\(ClusterMark.fileName)")
        }
        return kept
    }

    private static func freeName(_ name: String) -> String {
        var free = name
        var number = 2
        while FileSystem.exists(free) {
            free = "\(name)-\(number)"
            number += 1
        }
        return free
    }

    /// Finishes or removes what a killed upgrade left. The caller holds the data directory's lock, so that no upgrade
    /// goes on.
    static func clear(of cluster: String, account: ServerAccount, logger: Logger) async throws {
        let (parent, name) = FileSystem.split(cluster)
        for entry in FileSystem.entries(parent) where entry.hasPrefix(name + infix) {
            let draft = "\(parent)/\(entry)"
            logger.notice(
                "removing what an interrupted upgrade of the cluster left",
                metadata: ["directory": "\(draft)"]
            )
            try await endProcesses(below: draft)
            try FileSystem.removeTree(draft)
            for name in ["old", "new"] {
                let sockets = ClusterPlacement.socketDirectory(
                    cluster: "\(draft)/\(name)",
                    port: ServerSettings.port,
                    root: account.socketRoot
                )
                // Another account may have taken the name.
                let isOurs = FileSystem.status(sockets)?.st_uid == account.user
                if !sockets.hasPrefix(draft), isOurs { try FileSystem.removeTree(sockets) }
            }
        }
        try settle(finished(of: cluster), in: cluster, logger: logger)
    }

    private static func settle(_ finished: String, in cluster: String, logger: Logger) throws {
        guard let later = ClusterPlace.major(of: finished) else { return }
        guard let major = ClusterPlace.major(of: cluster) else {
            guard rename(finished, cluster) == 0 else { throw FileSystem.failure("rename", finished) }
            try FileSystem.synchronize(directory: FileSystem.split(cluster).parent)
            return logger.notice("finished an interrupted upgrade of the cluster", metadata: ["version": "\(later)"])
        }
        guard major < later else {
            throw EmbeddedPostgresError(
                .upgradeFailed,
                "\(cluster) and \(finished) are both of PostgreSQL \(later): move away the one that is not wanted"
            )
        }
        // Events may have been appended to the former cluster since.
        try FileSystem.removeTree(finished)
    }

    /// Kills the programs of a killed upgrade and the servers that they started.
    private static func endProcesses(below directory: String) async throws {
        var quiet = 0
        // A process may start another between two looks.
        while quiet < 2 {
            let found = ProcessFacts.working(below: directory)
            quiet = found.isEmpty ? quiet + 1 : 0
            for process in found { kill(process.identity.pid, SIGKILL) }
            for process in found where process.parent == getpid() { _ = ChildProcess.reap(process.identity.pid) }
            try await Task.sleep(for: .milliseconds(30))
        }
    }
}
