/// A database operation that failed, with its kind and reason.
package struct PostgresError: Error, Sendable, Equatable {
    /// The kinds of failure; stable, for code to switch over.
    package enum Kind: String, Sendable {
        /// The connection could not be opened.
        case connect
        /// The server refused a statement; `sqlState` gives the reason.
        case server
        /// The connection broke. All requests in flight fail with it.
        case connectionLost
        /// The caller's own deadline passed.
        case timeout
        /// The calling task was cancelled.
        case cancelled
        /// A value has another type than the one asked for.
        case decoding
        /// The connection or pool had been closed before the request was sent.
        case closed
        /// The program used the driver in a way that the driver does not allow.
        case usage
    }

    package var kind: Kind
    /// The five characters of the server's SQLSTATE; nil for errors of the driver's own.
    package var sqlState: String?
    package var message: String
    package var detail: String?
    package var hint: String?
    package var constraint: String?
    /// The text of the statement that failed.
    package var sql: String?
    /// The place of the failed statement in its pipeline, from 0.
    package var statementIndex: Int?
    /// True when the request had been sent and may have been carried out.
    package var outcomeUnknown: Bool

    package init(
        _ kind: Kind,
        _ message: String,
        sqlState: String? = nil,
        sql: String? = nil,
        outcomeUnknown: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.sql = sql
        self.outcomeUnknown = outcomeUnknown
    }

    /// True when the connection is gone.
    package var isConnectionLoss: Bool {
        kind == .connectionLost || kind == .closed
    }
}

extension PostgresError: CustomStringConvertible {
    /// The error for logs and users. The statement is left out: it says nothing to them, and the connection writes it
    /// to its log at level debug.
    package var description: String {
        var text = prefix + message
        if let detail { text += "; detail: \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        if let constraint { text += "; constraint: \(constraint)" }
        if let statementIndex { text += "; statement \(statementIndex)" }
        if outcomeUnknown { text += "; outcome unknown" }
        if let sqlState { text += " [SQLSTATE \(sqlState)]" }
        return text
    }

    private var prefix: String {
        switch kind {
        // too_many_connections: the server is reached.
        case .connect where sqlState == "53300": "the database has no connection left: "
        case .connect: "cannot connect to the database: "
        case .server: "the database refused a statement: "
        case .connectionLost: "the connection to the database was lost: "
        case .timeout: "the database did not answer in time: "
        case .cancelled: "the database request was cancelled: "
        case .decoding: "a value from the database cannot be read: "
        case .closed: "the connection to the database is closed: "
        case .usage: ""
        }
    }
}
