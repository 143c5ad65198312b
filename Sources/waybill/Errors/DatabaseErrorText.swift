import Postgres

extension PostgresError {
    /// One sentence without SQL or internal words.
    var sentence: String {
        switch kind {
        case .connect where sqlState == "53300": "the database has no connection left: \(reason)\(advice)"
        case .connect: "cannot connect to the database: \(reason)\(advice)"
        case .server: "the database refused: \(reason)\(advice)"
        case .connectionLost, .closed: "the connection to the database was lost: \(reason); try again"
        case .timeout: "the database did not answer in time: \(reason)"
        case .cancelled: "interrupted while the database was working"
        case .decoding: "a value from the database cannot be read: \(reason)"
        case .usage: reason
        }
    }

    /// The server's words, without the address that libpq repeats before them.
    private var reason: String {
        var text = message.split(whereSeparator: \.isNewline).first.map(String.init) ?? message
        for mark in ["failed: FATAL:  ", "failed: ", "FATAL:  "] {
            guard let found = text.firstRange(of: mark) else { continue }
            text = String(text[found.upperBound...])
            break
        }
        if let detail { text += " (\(detail))" }
        return text
    }

    /// A hint by SQLSTATE (PostgreSQL's manual, appendix A), or by libpq's words where the server gave none.
    private var advice: String {
        switch sqlState {
        case "28P01", "28000": "; check the user and the password in --database-url"
        case "3D000": "; create the database, or name another in --database-url"
        case "42501" where message.contains("set role"): "; grant that role to the user of --database-url"
        case "42501": "; let the user own the database, or migrate as one who does"
        case "53100": "; the database's disk is full: make room, and try again"
        case "53300": connectionsAdvice
        case "25006": Self.readOnlyAdvice
        case "55000" where message.contains("recovery is in progress"): Self.readOnlyAdvice
        case "42P01":
            "; the database has no schema of Waybill: name another in --database-url, or run `waybill migrate`"
        case "57P03": "; the server is starting or stopping: try again"
        default: adviceByText
        }
    }

    /// A server that has no connection left is reached, and says whose limit it is.
    private var connectionsAdvice: String {
        if message.contains("for role") {
            return "; raise the login's limit by `alter role … connection limit …`, or end other sessions of it"
        }
        if message.contains("for database") {
            return "; raise the database's limit by `alter database … connection limit …`, or end other sessions in it"
        }
        return "; raise the server's max_connections, or end other sessions"
    }

    private static let readOnlyAdvice =
        "; that server is a standby, is recovering, or has default_transaction_read_only on: name the primary in "
        + "--database-url, or let the server take writes"

    private var adviceByText: String {
        let text = message.lowercased()
        if text.contains("password authentication") || text.contains("no password supplied") {
            return "; check the user and the password in --database-url"
        }
        if text.contains("connection refused") || text.contains("no such file") {
            return "; check that PostgreSQL runs there, and the host and the port in --database-url"
        }
        if text.contains("session is read-only") { return Self.readOnlyAdvice }
        if text.contains("translate host name") { return "; check the host in --database-url" }
        if text.contains("does not exist") { return "; check the names in --database-url" }
        return ""
    }
}
