import Glibc

/// One start's patience: how long it has gone on and what it saw.
struct StartEffort {
    let began: ContinuousClock.Instant
    /// Where this effort's last server began to write its log; nil before the first.
    var logStart: Int?
    var lastLog = ""

    /// - Parameter isAlive: whether a server runs, which is then replaying its log.
    func checkPatience(isAlive: Bool, now: ContinuousClock.Instant) throws {
        let limit = isAlive ? EmbeddedPostgres.recoveryTimeout : EmbeddedPostgres.startTimeout
        guard now - began < limit else {
            throw EmbeddedPostgresError(
                .startTimedOut,
                "PostgreSQL was not ready within \(limit)" + (lastLog.isEmpty ? "" : ": \(lastLog.suffix(1000))")
            )
        }
    }

    /// What to send to a killed server's backends that do not end by themselves; nil while they are given time.
    func signalForOrphans(now: ContinuousClock.Instant) -> Int32? {
        let elapsed = now - began
        if elapsed > .seconds(10) { return SIGKILL }
        return elapsed > .seconds(3) ? SIGQUIT : nil
    }
}
