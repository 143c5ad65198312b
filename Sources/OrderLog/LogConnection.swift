package import Postgres

/// The settings of the service's database connections.
package enum LogConnection {
    /// The NOTIFY channel that announces new events.
    package static let channel = "waybill"

    /// The role that the service acts as, by the owner of the log: a database may have roles of its own, or none.
    package static let roleExpression = LogRoles.writerExpression

    /// The session settings of every connection: durability, time zone, planner.
    package static let settings = [
        "synchronous_commit": "on",
        "default_transaction_isolation": "read committed",
        "TimeZone": "UTC",
        "statement_timeout": "10000",
        // All statements use an index. A plan that was made while the tables were empty, and kept, would scan them:
        // appends then slow down with every command. Without sequential scans even tiny tables seem expensive, hence no
        // jit.
        "enable_seqscan": "off",
        // For the same reason: in a log that seems empty a bitmap scan would fetch and sort all events after a
        // position.
        "enable_bitmapscan": "off",
        "jit": "off",
    ]

    /// The time between two statements of a transaction whose locks commands wait for, after which the server ends the
    /// session: its process is stopped or cut off. Shorter than the time for which others wait for a lock, so that they
    /// go on as soon as it is free, and fail nothing.
    private static let longestHold: Duration = .seconds(1)

    /// The appender's session settings.
    package static let appenderSettings = settings.merging([
        "idle_in_transaction_session_timeout": "\(longestHold.serverMilliseconds)",
        // The server takes an array of unknown length for ten values. A look-up of fewer ids then seems worth a plan of
        // its own each time, which takes many times as long as the look-up.
        "plan_cache_mode": "force_generic_plan",
    ]) { $1 }

    /// Limits how long the transaction at hand keeps its locks while its process says nothing, in a session that has no
    /// such limit.
    package static let limitHold = PostgresQuery(
        "set local idle_in_transaction_session_timeout = \(longestHold.serverMilliseconds)"
    )

    /// Limits each further wait of the transaction at hand for a lock. Commands wait with a session that has locked the
    /// head: the limit is shorter than their own wait for the head, so that they go on and fail nothing.
    package static let limitLockWait = PostgresQuery("set local lock_timeout = \(longestHold.serverMilliseconds)")

    /// SQL of an expression that does as `limitLockWait`.
    static let limitLockWaitExpression = "set_config('lock_timeout', '\(longestHold.serverMilliseconds)', true)"

    /// Lets the transaction at hand commit without a synchronous standby, for what need not outlive this server, or is
    /// awaited otherwise: a commit that waits keeps its session, and its locks, for as long as the standby is away.
    package static let commitLocally = PostgresQuery("set local synchronous_commit = local")

    /// The time without an answer after which a reader closes its connection.
    static let readTimeout: Duration = .seconds(5)

    /// The time without an answer after which the appender closes its connection; the outcome is unknown then.
    static let appendTimeout: Duration = .seconds(12)

    /// The time without an answer to the first statements of a batch, which write nothing.
    static let beginTimeout: Duration = .seconds(6)

    /// The time for requests of other connections that name none of their own; longer than `statement_timeout`, so that
    /// the server ends a slow statement first.
    package static let requestTimeout: Duration = .seconds(15)

    /// The configuration of a connection that acts as the service's role, with the settings of every connection.
    ///
    /// - Parameter name: the connection's name in the server's `pg_stat_activity`.
    package static func configuration(_ base: PostgresConfiguration, named name: String) -> PostgresConfiguration {
        var configuration = base
        configuration.applicationName = name
        configuration.roleExpression = roleExpression
        configuration.serverSettings.merge(settings) { $1 }
        configuration.requestTimeout = requestTimeout
        return configuration
    }

    /// Sets the server's limit for one statement, and a second more for the answer at the client, which a frozen server
    /// process never gives.
    static func limitStatements(of configuration: inout PostgresConfiguration, to limit: Duration) {
        configuration.serverSettings["statement_timeout"] = "\(limit.serverMilliseconds)"
        configuration.requestTimeout = limit + .seconds(1)
    }
}
