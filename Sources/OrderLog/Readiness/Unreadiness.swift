import Postgres

/// A reason why the service cannot do all of its work at present.
package enum Unreadiness: String, Sendable, CaseIterable {
    case starting, unreachable, readOnly, diskFull, locked, commandsWait, slowCommits, readsUnanswered, tailBehind
    /// Told by the service that verifies tokens, not by the log.
    case noKeys

    /// The reason for which the database did not take a write.
    init(writeFailure error: any Error) {
        let error = error as? PostgresError
        switch error?.sqlState {
        // read_only_sql_transaction.
        case "25006": self = .readOnly
        // disk_full.
        case "53100": self = .diskFull
        // lock_not_available, and a statement that waited for a lock until its limit.
        case "55P03", "57014": self = .locked
        default: self = .unreachable
        }
    }

    /// The reason as clients and operators read it.
    package var message: String {
        switch self {
        case .starting: "The service is starting."
        case .unreachable: "The database cannot be reached, or takes no commands."
        case .readOnly: "The database is read-only, so no commands can be taken."
        case .diskFull: "The database has no room on its disk, so no commands can be taken."
        case .locked: "Another session of the database locks the log, so no commands can be taken."
        case .commandsWait: "The database does not answer the commands that wait."
        case .slowCommits: "The database does not complete commits, so commands wait."
        case .readsUnanswered: "The database does not answer reads."
        case .tailBehind: "New events cannot be read from the log, so streams stand still."
        case .noKeys: "The keys that verify tokens cannot be fetched, so no tokens are accepted."
        }
    }
}
