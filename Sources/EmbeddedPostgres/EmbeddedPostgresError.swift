/// A failure of the embedded cluster: a stable code, and a sentence for the operator that says what to do.
package struct EmbeddedPostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case binariesMissing
        case binariesTooOld
        /// No installed major version is the one that made the cluster.
        case versionMismatch
        /// The process is root, and there is no account that PostgreSQL could run as.
        case noUnprivilegedAccount
        /// The server's account, or this process, cannot enter the cluster's directory.
        case notReachable
        case fileSystem
        case spawnFailed
        case initdbFailed
        case startFailed
        case startTimedOut
        case stopTimedOut
        /// `postmaster.pid` names a live process that does not serve this cluster.
        case foreignServer
        /// Another process holds the data directory.
        case directoryLocked
        /// The data directory was removed or replaced while this process used it.
        case directoryReplaced
        /// The data directory is a copy of another one, whose cluster lies outside and was not copied.
        case directoryCopied
        /// The data directory's cluster lies outside and is not there.
        case clusterMissing
        /// The cluster could not be moved to a later version; it is as it was.
        case upgradeFailed
        /// The service's database could not be made.
        case queryFailed
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
