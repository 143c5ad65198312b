import Postgres

/// A reason why the service cannot do all of its work at present.
package enum Unreadiness: String, Sendable, CaseIterable {
    case starting, unreachable, formerServer, noConnection, readOnly, diskFull, locked, frozenProcess, commandsWait
    case slowCommits, standbyMissing, notDurable
    case readsUnanswered, tailBehind
    /// Told by an edge alone.
    case replicaBehind
    /// Told by the streams, not by the log.
    case lanesFailed
    /// Told by the service that verifies tokens, not by the log.
    case noKeys

    /// The reason for which the database did not take a write.
    init(writeFailure error: any Error) {
        let error = error as? PostgresError
        guard error?.isFormerServer != true else {
            self = .formerServer
            return
        }
        switch error?.sqlState {
        // read_only_sql_transaction.
        case "25006": self = .readOnly
        // disk_full.
        case "53100": self = .diskFull
        case Self.tooManyConnections: self = .noConnection
        // lock_not_available, and a statement that waited for a lock until its limit.
        case "55P03", "57014": self = .locked
        default: self = .unreachable
        }
    }

    /// The reason for which the database did not answer a read.
    init(readFailure error: any Error) {
        self = (error as? PostgresError)?.sqlState == Self.tooManyConnections ? .noConnection : .readsUnanswered
    }

    /// too_many_connections: the server's limit, or that of the login or the database.
    private static let tooManyConnections = "53300"

    /// The reason as clients and operators read it.
    package var message: String {
        switch self {
        case .starting: "The service is starting."
        case .unreachable: "The database cannot be reached, or takes no commands."
        case .formerServer: "The database's address leads to a former server, to which no commands are written."
        case .noConnection:
            "The database has no connection left for the service: its own limit or the login's is reached."
        case .readOnly: "The database is read-only, so no commands can be taken."
        case .diskFull: "The database has no room on its disk, so no commands can be taken."
        case .locked: "A session of the database keeps the log locked, so no commands can be taken."
        case .frozenProcess: "A frozen process of the database keeps the log locked, so no commands can be taken."
        case .commandsWait: "The database does not answer the commands that wait."
        case .slowCommits: "The database does not complete commits, so commands wait."
        case .standbyMissing:
            "Commits wait for a synchronous standby of the database, which does not confirm them, so commands wait."
        case .notDurable: "No standby of the database confirms commits, so no commands can be taken."
        case .readsUnanswered: "The database does not answer reads."
        case .tailBehind: "New events cannot be read from the log, so streams stand still."
        case .replicaBehind:
            "The replica that this edge reads lags behind, so streams miss events that exist until it has caught up."
        case .lanesFailed: "A thread that serves streams has ended, so streams are limited until a restart."
        case .noKeys: "The keys that verify tokens cannot be fetched, so no tokens are accepted."
        }
    }
}
