import CLibPQ

extension ConnectionMachine.Reply {
    /// Reads a result of `PQgetResult`; nil is the end of a statement's results.
    init(_ result: OpaquePointer?) {
        guard let result else {
            self = .end
            return
        }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: self = .success
        case PGRES_PIPELINE_SYNC: self = .synced
        case PGRES_PIPELINE_ABORTED: self = .skipped
        case PGRES_COPY_IN: self = .copying(.in)
        case PGRES_COPY_OUT: self = .copying(.out)
        case PGRES_COPY_BOTH: self = .failure(PostgresError(.connectionLost, "replication is not supported"))
        default: self = .failure(PostgresError(result: result))
        }
    }
}

extension PostgresError {
    /// The error that a result carries. FATAL and PANIC end the session; what libpq itself reports has no SQLSTATE and
    /// means that the connection broke.
    init(result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            guard let value = code.asciiValue, let text = PQresultErrorField(result, Int32(value)) else { return nil }
            return String(cString: text)
        }
        let sqlState = field("C")
        // 'V' is PG_DIAG_SEVERITY_NONLOCALIZED; the others are named in libpq's PQresultErrorField.
        let isFatal = sqlState == nil || field("V") == "FATAL" || field("V") == "PANIC"
        self.init(
            isFatal ? .connectionLost : .server,
            field("M") ?? PostgresError.lines(PQresultErrorMessage(result)).joined(separator: "; "),
            sqlState: sqlState
        )
        detail = field("D")
        hint = field("H")
        constraint = field("n")
    }

    /// The last error that libpq keeps for a connection.
    init(_ kind: Kind, connection: OpaquePointer) {
        var lines = PostgresError.lines(PQerrorMessage(connection))
        // The place in PostgreSQL's source is of no use here.
        lines.removeAll { $0.hasPrefix("LOCATION:") }
        // One attempt gives several lines where it was made with and without encryption. The reason of a server that
        // answered comes first.
        let refusals = lines.map(LoginRefusal.init)
        let reason = refusals.lastIndex { $0 != nil } ?? lines.startIndex
        let refusal = refusals.isEmpty ? nil : refusals[reason]
        let line = lines.isEmpty ? "the connection broke" : lines.remove(at: reason)
        self.init(kind, refusal?.message ?? line, sqlState: refusal?.sqlState)
        // libpq asks on further lines, for example, whether the server is running.
        if !lines.isEmpty { hint = lines.map { LoginRefusal($0)?.message ?? $0 }.joined(separator: " ") }
    }

    private static func lines(_ message: UnsafePointer<CChar>?) -> [String] {
        let text = message.map { String(cString: $0) } ?? ""
        return text.split(whereSeparator: \.isNewline).map { String($0.drop { $0.isWhitespace }) }
    }
}
