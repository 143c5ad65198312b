/// The failed attempts of one connection, and the error that tells them.
struct ConnectFailures {
    private let configuration: PostgresConfiguration
    private var failures: [(host: PostgresHost, error: PostgresError)] = []

    init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
    }

    mutating func add(_ error: PostgresError, at host: PostgresHost) {
        failures.append((host, error))
    }

    /// True where another address may do better: this one did not answer, is no server of the wanted kind, or is
    /// starting or stopping (class 57). A server that refused the login would have the next ones asked for nothing,
    /// as libpq sees it too.
    static func allowsNextHost(_ error: PostgresError) -> Bool {
        error.kind == .connect && error.sqlState?.hasPrefix("57") != false
    }

    /// One error for all attempts: that of the one host as it is; else each host's reason.
    var error: PostgresError {
        guard let first = failures.first else { return PostgresError(.connect, "\(configuration) names no host") }
        guard configuration.hosts.count > 1 else {
            var error = failures.first { $0.error.sqlState != nil }?.error ?? first.error
            let others = failures.map(\.error.message).filter { $0 != error.message }
            let hints = (error.hint.map { [$0] } ?? []) + others
            error.hint = hints.isEmpty ? nil : hints.joined(separator: " ")
            return error
        }
        var told: [String] = []
        for (host, error) in failures {
            let text = "\(host): \(Self.reason(error))"
            if !told.contains(text) { told.append(text) }
        }
        return PostgresError(
            .connect,
            "none of the hosts can be used: \(told.joined(separator: "; "))",
            sqlState: failures.last { $0.error.sqlState != nil }?.error.sqlState
        )
    }

    /// The reason without the address that libpq writes before it.
    private static func reason(_ error: PostgresError) -> String {
        guard let mark = error.message.firstRange(of: "failed: ") else { return error.message }
        return String(error.message[mark.upperBound...])
    }
}
