package import Postgres
import Primitives
import ServiceLifecycle

/// Watches the log's time and the database's clock: the times by which events are recorded.
///
/// A head ahead of the clock gives all events its own time until the clock has caught up. A database clock ahead of
/// this process's does not count for events (`LogClock`).
package struct LogClockWatch: Service {
    private let pool: PostgresPool
    private let alarms: LogClockAlarms

    private static let interval: Duration = .seconds(5)

    /// - Parameter pool: acts as the writer role.
    package init(pool: PostgresPool, alarms: LogClockAlarms) {
        self.pool = pool
        self.alarms = alarms
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // A database that does not answer is said by others.
                if let reading = try? await read() {
                    alarms.note(headTime: reading.head, database: reading.database, own: reading.own)
                }
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func read() async throws -> (head: Int64, database: Int64, own: Int64) {
        let rows = try await pool.query(
            """
            select greatest(recorded_at, '1970-01-01Z') as recorded_at, clock_timestamp() as now from log_head where one
            """
        )
        let own = Int64(SystemClock.unixNanoseconds() / 1000)
        guard let row = rows.first else { throw MissingLogHead() }
        return (
            try row.get("recorded_at", as: PostgresTimestamp.self).unixMicroseconds,
            try row.get("now", as: PostgresTimestamp.self).unixMicroseconds, own
        )
    }
}
