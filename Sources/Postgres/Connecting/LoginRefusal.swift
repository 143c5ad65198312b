/// A line of libpq that tells why a server refused a login, as `PQERRORS_VERBOSE` writes it:
/// `connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  28P01: password authentication failed`.
struct LoginRefusal {
    /// The line without the SQLSTATE, as libpq writes it by default.
    let message: String
    let sqlState: String

    /// - Returns: nil for a line of libpq's own.
    init?(_ line: String) {
        // The severity is in the server's language.
        guard let match = line.firstMatch(of: #/failed: [^:]+: +(?<state>[0-9A-Z]{5}): /#) else { return nil }
        sqlState = String(match.state)
        message = String(line[..<match.state.startIndex] + line[match.range.upperBound...])
    }
}
