import Glibc

/// The progress of one start: its age, and what the log of its attempts said.
struct StartEffort {
    /// The limit for a start: for leftovers of a killed server to go away, and for the server to answer.
    static let startTimeout = Duration.seconds(60)
    /// The limit while a server runs and replays its log after a crash, which takes longer and makes progress.
    static let recoveryTimeout = Duration.seconds(600)

    let began: ContinuousClock.Instant
    /// The offset in bytes at which the last attempt's log begins; nil before the first attempt.
    var logOffset: Int?
    var lastLog = ""

    /// - Parameter isAlive: true when a server runs, which is then replaying its log.
    /// - Throws: `startTimedOut` when the start has gone on for too long.
    func checkPatience(isAlive: Bool, now: ContinuousClock.Instant) throws {
        let limit = isAlive ? Self.recoveryTimeout : Self.startTimeout
        guard now - began < limit else {
            throw EmbeddedPostgresError(
                .startTimedOut,
                "PostgreSQL was not ready within \(limit)"
                    + (lastLog.isEmpty ? "" : "; its log says: \(lastLog.suffix(1000))")
            )
        }
    }

    /// The signal for a killed server's backends that do not end by themselves; nil while they still have time.
    func signalForOrphans(now: ContinuousClock.Instant) -> Int32? {
        let elapsed = now - began
        if elapsed > .seconds(10) { return SIGKILL }
        return elapsed > .seconds(3) ? SIGQUIT : nil
    }
}
