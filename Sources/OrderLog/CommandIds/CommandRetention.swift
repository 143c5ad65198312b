package import Postgres

/// The retention of accepted commands: how long a command id is remembered, and the partitions that hold them.
package struct CommandRetention: Sendable {
    private let pool: PostgresPool
    private let days: Int

    /// The days for which partitions are made ahead, so that a session that keeps them from being made, such as a dump,
    /// may last for days.
    private static let daysAhead = 7
    /// The longest wait for a lock, in milliseconds. Commands wait behind such a lock as well, so it is short.
    private static let lockTimeoutMilliseconds = 100
    /// The server's limit for one step, such as a search of a large default partition beside the commands.
    private static let statementTimeout: Duration = .seconds(60)

    /// Keeps what `drop … if exists` skips out of the log.
    private static let hideNotices = PostgresQuery("set local client_min_messages = warning")

    /// - Parameters:
    ///   - pool: acts as the writer role.
    ///   - days: full days for which an accepted command is remembered; at least 1.
    package init(pool: PostgresPool, days: Int) {
        self.pool = pool
        self.days = days
    }

    /// Drops what is past its retention from `commands`, then makes its partitions for today and the days ahead.
    ///
    /// Each step is a transaction of its own, which holds its locks for a moment, also while a synchronous standby is
    /// away: what a failover loses of it is done again. Where another process maintains the
    /// partitions at the same time, this one leaves them to it.
    /// - Throws: the database's error; SQLSTATE 55P03 where another session uses the table for longer than the lock may
    ///   wait. What was done until then stays.
    package func maintainPartitions() async throws {
        // First: a constraint that a killed process left would refuse the commands of its day.
        try await pool.withConnection { connection in
            try await connection.withTransaction { transaction in
                _ = try await transaction.pipeline(
                    [
                        Self.hideNotices, LogConnection.limitHold, LogConnection.commitLocally,
                        PostgresQuery("set local lock_timeout = \(Self.lockTimeoutMilliseconds)"),
                        PostgresQuery("select commands_drop_left_constraints()"),
                    ],
                    timeout: Self.statementTimeout
                )
            }
        }
        while try await step("select commands_expire($1) as more", Int32(days)).get("more", as: Bool.self) {}
        let days = try await pool.query(
            "select to_char(day, 'YYYY-MM-DD') as day from commands_missing_days($1) day",
            [Int32(Self.daysAhead)]
        )
        for row in days {
            let day = try row.get("day", as: String.self)
            let add = "select commands_add_day($1::text::date) as is_done"
            while try await !step(add, day).get("is_done", as: Bool.self) {}
        }
    }

    private func step(_ call: String, _ argument: any PostgresEncodable & Sendable) async throws -> PostgresRow {
        let milliseconds = Self.statementTimeout.serverMilliseconds
        return try await pool.withConnection { connection in
            try await connection.withTransaction { transaction in
                try await transaction.pipeline(
                    [
                        Self.hideNotices, LogConnection.limitHold, LogConnection.commitLocally,
                        PostgresQuery("set local lock_timeout = \(Self.lockTimeoutMilliseconds)"),
                        PostgresQuery("set local statement_timeout = \(milliseconds)"),
                        PostgresQuery(call, [argument]),
                    ],
                    timeout: Self.statementTimeout + .seconds(1)
                )[5][0]
            }
        }
    }
}
