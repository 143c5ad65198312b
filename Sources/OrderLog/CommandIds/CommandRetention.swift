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
    /// The server's limit for one transaction's statement.
    private static let statementTimeout: Duration = .seconds(10)

    /// - Parameters:
    ///   - pool: acts as the writer role.
    ///   - days: full days for which an accepted command is remembered; at least 1.
    package init(pool: PostgresPool, days: Int) {
        self.pool = pool
        self.days = days
    }

    /// Makes the partitions of `commands` for today and the days ahead, and drops those past their retention.
    ///
    /// Each day has a transaction of its own, which holds its locks no longer than one partition takes.
    /// - Throws: the database's error; SQLSTATE 55P03 where another session uses the table for longer than the lock may
    ///   wait. The partitions made until then stay.
    package func maintainPartitions() async throws {
        for ahead in 1...Self.daysAhead { try await maintainPartitions(daysAhead: ahead) }
    }

    private func maintainPartitions(daysAhead: Int) async throws {
        let milliseconds = Self.statementTimeout.serverMilliseconds
        try await pool.withConnection { connection in
            try await connection.withTransaction { transaction in
                try await transaction.pipeline(
                    [
                        PostgresQuery("set local lock_timeout = \(Self.lockTimeoutMilliseconds)"),
                        PostgresQuery("set local statement_timeout = \(milliseconds)"),
                        PostgresQuery("select commands_maintain($1, $2)", [Int32(days), Int32(daysAhead)]),
                    ],
                    timeout: Self.statementTimeout + .seconds(1)
                )
            }
        }
    }
}
