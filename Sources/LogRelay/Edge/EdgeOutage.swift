import Logging
import Primitives

/// Says when an edge loses Redis or its database, and when it has it again.
struct EdgeOutage {
    private let subject: String
    private let logger: Logger
    private var reason = RepeatedReason()
    private var isAway = false

    init(of subject: String, logger: Logger) {
        self.subject = subject
        self.logger = logger
    }

    /// Takes note of a failure.
    ///
    /// - Parameter consequence: what happens now.
    /// - Returns: true where the outage begins.
    mutating func began(_ consequence: String, _ error: any Error) -> Bool {
        if reason.mustSay("\(error)") {
            logger.warning(
                "the edge lost \(subject); \(consequence), and connecting is tried again",
                metadata: ["error": "\(error)"]
            )
        }
        defer { isAway = true }
        return !isAway
    }

    mutating func over() {
        isAway = false
        guard let lasted = reason.end() else { return }
        logger.notice("over: the edge has \(subject) again", metadata: ["seconds": "\(Int(lasted / .seconds(1)))"])
    }
}
