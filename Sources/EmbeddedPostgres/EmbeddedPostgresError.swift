/// What went wrong with the embedded cluster, with a stable code and a sentence for the operator.
package struct EmbeddedPostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case binariesMissing
        case binariesTooOld
        /// The cluster was made by another major version than any that is installed.
        case versionMismatch
        /// Running as root, and there is no account that PostgreSQL could run as.
        case noUnprivilegedAccount
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
        case queryFailed
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(message) [\(code.rawValue)]" }
}
