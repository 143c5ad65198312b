import Logging
import Synchronization

/// Says when a database connection that failed works again.
///
/// A connection that opens proves little: a server that is shutting down takes some too. The outage counts as over
/// when a session has lasted a while.
final class Outage: Sendable {
    private let name: String
    private let proof: Duration
    private let logger: Logger
    private let since = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameters:
    ///   - name: the connection's name in the log.
    ///   - proof: the time that a session must last.
    init(of name: String, proof: Duration = .seconds(2), logger: Logger) {
        self.name = name
        self.proof = proof
        self.logger = logger
    }

    /// Takes note of a failure.
    func failed() {
        since.withLock { since in
            if since == nil { since = .now }
        }
    }

    /// Runs a session, and says that an outage is over once the session has lasted.
    func watch(_ session: () async throws -> Void) async rethrows {
        guard since.withLock({ $0 }) != nil else { return try await session() }
        let note = Task {
            try await Task.sleep(for: proof)
            guard let began = takeBeginning() else { return }
            let seconds = Int((ContinuousClock.now - began) / .seconds(1))
            logger.notice(
                "\(name): recovered: the database connection works again",
                metadata: ["seconds": "\(seconds)"]
            )
        }
        defer { note.cancel() }
        try await session()
    }

    private func takeBeginning() -> ContinuousClock.Instant? {
        since.withLock { since in
            defer { since = nil }
            return since
        }
    }
}
