/// How the service's connections are set up.
package enum LogConnection {
    /// The NOTIFY channel that rings for new events.
    package static let channel = "waybill"

    /// Who the service acts as, and in which terms, on every connection.
    package static let settings = [
        "role": "waybill_writer",
        "synchronous_commit": "on",
        "default_transaction_isolation": "read committed",
        "TimeZone": "UTC",
        "statement_timeout": "10000",
        // Everything here goes by an index. A plan made while the tables were new and empty, and kept, would not: append
        // then slows down with every command. Without sequential scans even tiny tables look dear, hence no jit.
        "enable_seqscan": "off",
        // For the same reason: of a log that looks empty a bitmap would fetch and sort all that follows a position.
        "enable_bitmapscan": "off",
        "jit": "off",
    ]

    /// A stalled process must not hold the head: the server ends its transaction after two seconds.
    package static let appenderSettings = settings.merging(["idle_in_transaction_session_timeout": "2000"]) { $1 }

    /// After this long without an answer a read's connection is given up.
    static let readTimeout: Duration = .seconds(12)

    /// After this long without an answer an append's connection is given up and the outcome is unknown.
    static let appendTimeout: Duration = .seconds(12)
}
