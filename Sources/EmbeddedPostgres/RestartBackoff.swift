import Primitives

/// The delay before a dead server is started again.
struct RestartBackoff: Hashable {
    /// A server that stayed up this long was healthy: the delays begin anew at its death.
    static let healthyUptime = Duration.seconds(60)

    private var backoff = Backoff(first: .milliseconds(100), limit: .seconds(10))

    /// Counts a death of the server, or a failed start.
    ///
    /// - Parameter uptime: the server's time of running; zero when the start failed.
    /// - Returns: the delay before the next start.
    mutating func delay(afterUptime uptime: Duration) -> Duration {
        if uptime >= Self.healthyUptime { backoff.reset() }
        return backoff.next()
    }
}
