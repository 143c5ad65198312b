import Logging
import Primitives

/// Says when a connection of the relay or of an edge is lost, and when it works again.
struct ConnectionOutage {
    private let lost: Logger.Message
    private let over: Logger.Message
    private let logger: Logger
    private var reason = RepeatedReason()
    private var isAway = false

    /// - Parameters:
    ///   - lost: the loss and its consequence.
    ///   - over: the end of the loss, beginning with `over:`.
    init(lost: Logger.Message, over: Logger.Message, logger: Logger) {
        self.lost = lost
        self.over = over
        self.logger = logger
    }

    /// Takes note of a failure.
    ///
    /// - Returns: true where the outage begins.
    mutating func failed(_ error: any Error) -> Bool {
        if reason.mustSay("\(error)") { logger.warning(lost, metadata: ["error": "\(error)"]) }
        defer { isAway = true }
        return !isAway
    }

    /// Takes note of a success.
    mutating func ended() {
        isAway = false
        guard let lasted = reason.end() else { return }
        logger.notice(over, metadata: ["seconds": "\(Int(lasted / .seconds(1)))"])
    }
}
