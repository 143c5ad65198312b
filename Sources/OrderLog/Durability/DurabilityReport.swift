import Logging

/// Writes to the log when commits no longer become durable, and when they do again.
struct DurabilityReport {
    private let logger: Logger
    /// The outage that was told and is not over.
    private var told: (reason: DurabilityOutage.Reason, began: ContinuousClock.Instant)?
    private var times = 0

    init(logger: Logger) {
        self.logger = logger
    }

    /// - Parameter reason: the reason at present why commits do not become durable; nil where they do.
    mutating func tell(_ reason: DurabilityOutage.Reason?) {
        if let reason, told == nil {
            told = (reason, .now)
            times += 1
            logger.warning(
                """
                commits do not become durable on a standby: \(reason.message); replies and frames of such commits are \
                kept back, and commands are refused
                """,
                metadata: ["reason": "\(reason.rawValue)", "times": "\(times)"]
            )
        } else if reason == nil, let over = told {
            told = nil
            let seconds = Int((ContinuousClock.now - over.began) / .seconds(1))
            logger.notice(
                "over: commits become durable on a standby again",
                metadata: ["reason": "\(over.reason.rawValue)", "seconds": "\(seconds)", "times": "\(times)"]
            )
        }
    }
}
