import Glibc
import Logging

/// The directories in which `waybill upgrade` works, beside the cluster: `….upgrade-PID` while the later version's
/// cluster is made and verified, then `….upgraded` until it takes the cluster's place.
///
/// A killed upgrade leaves the cluster as it was, or a finished one that takes its place at the next start. Both
/// directories have a ``DraftMark``; others of such names are somebody's own and stay.
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
        // Found now, and not after an hour of work.
        let finished = Self.finished(of: cluster)
        guard FileSystem.status(finished) == nil else {
            throw EmbeddedPostgresError(
                .upgradeFailed,
                "\(finished) is in the way, and Waybill did not make it: give it another name, or delete it"
            )
        }
        try DraftMark(of: directory).makeDirectory(account: account)
        try FileSystem.makePrivateDirectory(work, account: account)
    }

    /// Puts the draft's cluster into the cluster's place.
    ///
    /// - Returns: the former cluster's new name.
    func finish(major: Int) throws -> String {
        let (parent, _) = FileSystem.split(cluster)
        let finished = Self.finished(of: cluster)
        let kept = Self.freeName("\(cluster).\(major)")
        try DraftMark(of: finished).make()
        // A kill after the first step leaves the former cluster in its place, after the second the finished one.
        for (from, to) in [(target, finished), (cluster, kept), (finished, cluster)] {
            guard rename(from, to) == 0 else { throw FileSystem.failure("rename", from) }
            try FileSystem.synchronize(directory: parent)
        }
        try DraftMark(of: finished).remove()
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
        for mark in DraftMark.leftovers(of: cluster, infix: infix, logger: logger) {
            let draft = mark.directory
            logger.notice(
                "removing what an interrupted upgrade of the cluster left",
                metadata: ["directory": "\(draft)"]
            )
            try await endProcesses(below: draft)
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
            try mark.removeDirectory()
        }
        try settle(finished(of: cluster), in: cluster, logger: logger)
    }

    private static func settle(_ finished: String, in cluster: String, logger: Logger) throws {
        let mark = DraftMark(of: finished)
        guard let later = ClusterPlace.major(of: finished) else {
            // A kill before the first rename, after the last one, or during the removal below.
            if mark.exists { try mark.removeDirectory() }
            return
        }
        guard let major = ClusterPlace.major(of: cluster) else {
            guard rename(finished, cluster) == 0 else { throw FileSystem.failure("rename", finished) }
            try FileSystem.synchronize(directory: FileSystem.split(cluster).parent)
            try mark.remove()
            return logger.notice("finished an interrupted upgrade of the cluster", metadata: ["version": "\(later)"])
        }
        guard mark.exists else {
            return logger.warning(
                """
                a cluster beside this one has the name of a finished upgrade and no mark of Waybill: it stays and is \
                not served; give it another name, or delete it
                """,
                metadata: ["cluster": "\(cluster)", "other": "\(finished)", "version": "\(later)"]
            )
        }
        guard major < later else {
            throw EmbeddedPostgresError(
                .upgradeFailed,
                "\(cluster) is of PostgreSQL \(major) and \(finished) of \(later): move away the one that is not wanted"
            )
        }
        // Events may have been appended to the former cluster since.
        try mark.removeDirectory()
    }

    /// The time for killed processes to end.
    private static let patience = Duration.seconds(10)

    /// Kills the programs of a killed upgrade and the servers that they started. Other processes that work there, such
    /// as an administrator's shell, go on.
    ///
    /// - Throws: `stopTimedOut`.
    private static func endProcesses(below directory: String) async throws {
        let deadline = ContinuousClock.now + patience
        var quiet = 0
        // A process may start another between two looks.
        while quiet < 2 {
            let found = ProcessFacts.working(below: directory).filter { isProgram($0.name) }
            quiet = found.isEmpty ? quiet + 1 : 0
            if let left = found.first, .now > deadline {
                throw EmbeddedPostgresError(
                    .stopTimedOut,
                    "process \(left.identity.pid) of an interrupted upgrade in \(directory) does not end: end it first"
                )
            }
            for process in found { kill(process.identity.pid, SIGKILL) }
            for process in found where process.parent == getpid() { _ = ChildProcess.reap(process.identity.pid) }
            try await Task.sleep(for: .milliseconds(30))
        }
    }

    /// True for the names of the programs that an upgrade runs.
    static func isProgram(_ name: String) -> Bool {
        name.hasPrefix("pg_") || ["postgres", "initdb", "psql", "vacuumdb", "setpriv", "sed"].contains(name)
    }
}
