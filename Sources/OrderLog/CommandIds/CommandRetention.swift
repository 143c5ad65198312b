package import Postgres

/// The retention of accepted commands: how long a command id is remembered, and the partitions that hold them.
package struct CommandRetention: Sendable {
    private let pool: PostgresPool
    private let days: Int

    /// - Parameters:
    ///   - pool: acts as the writer role.
    ///   - days: full days for which an accepted command is remembered; at least 1.
    package init(pool: PostgresPool, days: Int) {
        self.pool = pool
        self.days = days
    }

    /// Makes the partitions of `commands` for today and the days ahead, and drops those past their retention.
    package func maintainPartitions() async throws {
        _ = try await pool.query("select commands_maintain($1)", [Int32(days)])
    }
}
