import Logging
import Primitives
import Redis

/// Says when Redis stops taking messages, and when it takes them again.
struct RelayOutage {
    private let logger: Logger
    private var reason = RepeatedReason()
    private var isAway = false

    init(logger: Logger) {
        self.logger = logger
    }

    /// Takes note of a failure.
    ///
    /// - Returns: true where the outage begins.
    mutating func began(_ error: any Error) -> Bool {
        if reason.mustSay("\(error)") {
            logger.warning(
                "Redis takes no messages; edges read the log from the database, and publishing is tried again",
                metadata: ["error": "\(error)"]
            )
        }
        defer { isAway = true }
        return !isAway
    }

    mutating func over() {
        isAway = false
        guard let lasted = reason.end() else { return }
        logger.notice("over: Redis takes messages again", metadata: ["seconds": "\(Int(lasted / .seconds(1)))"])
    }
}
