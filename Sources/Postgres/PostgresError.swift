/// Why a database operation did not give its answer.
package struct PostgresError: Error, Sendable, Equatable {
    /// What kind of failure it was; stable, for code to switch over.
    package enum Kind: String, Sendable {
        /// The connection could not be opened.
        case connect
        /// The server refused a statement; `sqlState` says why.
        case server
        /// The connection broke. All that was in flight shares this fate.
        case connectionLost
        /// The caller's own deadline passed.
        case timeout
        /// The calling task was cancelled.
        case cancelled
        /// A value did not have the type that was asked for.
        case decoding
        /// The connection or pool had been closed before the request was sent.
        case closed
        /// The driver was used in a way that it does not allow.
        case usage
    }

    package var kind: Kind
    /// The five characters of PostgreSQL's SQLSTATE, where the server gave one.
    package var sqlState: String?
    package var message: String
    package var detail: String?
    package var hint: String?
    package var constraint: String?
    /// The text of the statement that failed.
    package var sql: String?
    /// The place of the failed statement in its pipeline, from 0.
    package var statementIndex: Int?
    /// True when the request had been handed over and nobody can say whether the server carried it out.
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

    /// True when the connection that gave this error cannot be used any more because it is gone.
    package var isConnectionLoss: Bool {
        kind == .connectionLost || kind == .closed
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        var text = "\(kind.rawValue): "
        if let sqlState { text += "[\(sqlState)] " }
        text += message
        if let detail { text += "; detail: \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        if let constraint { text += "; constraint: \(constraint)" }
        if let statementIndex { text += "; statement \(statementIndex)" }
        if outcomeUnknown { text += "; outcome unknown" }
        if let sql { text += "; sql: \(sql)" }
        return text
    }
}
