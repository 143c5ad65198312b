/// The state of a cluster's server, from `postmaster.pid` and the process that the file names.
enum PostmasterPresence: Hashable {
    /// No server has run since the last clean stop.
    case absent
    /// A process that is gone left the file behind. PostgreSQL replaces the file by itself.
    case stale
    /// The cluster's server runs.
    case running(ProcessFacts.Identity, PostmasterFile)
    /// The file was copied along with a cluster and names the server of that one.
    case copied
    /// The named process is alive and is not this cluster's server.
    case foreign(pid: Int32, reason: String)

    /// - Parameters:
    ///   - file: `postmaster.pid`; nil when there is none to read.
    ///   - process: the live process of that id, or nil.
    ///   - directory: the cluster's directory, without symbolic links.
    ///   - account: the user that the cluster's server runs as.
    ///   - isSamePlace: true when the directory that the file names is this cluster's, by whatever path.
    ///   - ownPid: the service's own id. PostgreSQL ignores its parent's id in the file, since a restarted container
    ///     often hands out the same ids again.
    init(
        file: PostmasterFile?,
        process: ProcessFacts?,
        directory: String,
        isSamePlace: Bool,
        account: UInt32,
        ownPid: Int32
    ) {
        guard let file else {
            self = .absent
            return
        }
        guard let process, !process.isDead, process.identity.pid != ownPid else {
            self = .stale
            return
        }
        // A server whose cluster was moved works in the new place, and its file still names the former one. A killed
        // process loses its working directory a moment before it becomes a zombie.
        let isAtHome =
            process.currentDirectory == directory || (process.currentDirectory == nil && file.directory == directory)
        if process.name == "postgres" && isAtHome {
            self = .running(process.identity, file)
        } else if file.directory != directory && !isSamePlace {
            self = .copied
        } else if file.directory != directory && process.name == "postgres" {
            self = .foreign(pid: file.pid, reason: "a PostgreSQL server of \(file.directory)")
        } else if process.user != account {
            // The server may not signal that process, and takes its id for one that the system has used again.
            self = .stale
        } else {
            self = .foreign(pid: file.pid, reason: "\(process.name), which is not this cluster's server")
        }
    }
}
