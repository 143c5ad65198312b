import Logging

/// Writes each change of the readiness to the log, and how long it lasted.
struct ReadinessReport {
    private let ready: Logger.Message
    private let logger: Logger
    private var reported: Unreadiness? = .starting
    private var began: ContinuousClock.Instant?
    private var times = 0

    /// - Parameter ready: the line for a service that is ready, beginning with `ready:`.
    init(ready: Logger.Message, logger: Logger) {
        self.ready = ready
        self.logger = logger
    }

    /// Takes note of the readiness.
    ///
    /// - Parameter unreadiness: the reason why the service is not ready; nil when it is.
    mutating func tell(_ unreadiness: Unreadiness?) {
        guard unreadiness != reported else { return }
        reported = unreadiness
        if let unreadiness {
            if began == nil { times += 1 }
            began = began ?? .now
            logger.warning(
                "not ready: \(unreadiness.message) /readyz answers 503 until that has passed",
                // Each time is written in full: the line that ends it is, too.
                metadata: ["reason": "\(unreadiness.rawValue)", "times": "\(times)"]
            )
        } else {
            let seconds = began.map { Int((ContinuousClock.now - $0) / .seconds(1)) }
            began = nil
            logger.notice(ready, metadata: seconds.map { ["seconds": "\($0)"] } ?? [:])
        }
    }
}
