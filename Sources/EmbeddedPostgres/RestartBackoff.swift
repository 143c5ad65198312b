/// How long to wait before a dead server is started again.
struct RestartBackoff: Hashable {
    static let shortest = Duration.milliseconds(100)
    static let longest = Duration.seconds(10)
    /// A server that stayed up this long was healthy: its death is the first again.
    static let healthy = Duration.seconds(60)

    private var failures = 0

    /// The server died, or could not be started.
    ///
    /// - Parameter uptime: how long it had been up; zero when it never was.
    /// - Returns: the time to wait before the next start.
    mutating func delay(afterUptime uptime: Duration) -> Duration {
        if uptime >= Self.healthy { failures = 0 }
        let delay = min(Self.longest, Self.shortest * (1 << min(failures, 10)))
        failures += 1
        return delay
    }
}
