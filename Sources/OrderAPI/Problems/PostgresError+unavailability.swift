import Postgres

extension PostgresError {
    /// True where the database cannot be reached or has no room for the request now, so that the same request may
    /// succeed later. By SQLSTATE: the classes 08 (connection), 53 (resources) and 57 (operator intervention, cancelled
    /// statements included).
    var isUnavailability: Bool {
        switch kind {
        case .connect, .connectionLost, .closed, .timeout, .cancelled: true
        case .server: ["08", "53", "57"].contains(sqlState?.prefix(2) ?? "")
        case .decoding, .usage: false
        }
    }
}
