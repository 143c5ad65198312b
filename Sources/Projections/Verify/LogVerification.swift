import Foundation
package import Logging
package import OrderLog
package import Postgres
import Synchronization

/// Compares the log with itself: positions, head and epochs, the versions and statuses of each order, command ids.
///
/// Each statement is a short snapshot over a range of the log, of command ids or of the table of commands, so that a
/// service may go on appending. Memory stays the same at any length of the log and of an order: rows that are right
/// stay at the server, and events are folded as they arrive.
package struct LogVerification: Sendable {
    /// The name by which commands and differences call the log, beside the names of projections.
    package static let name = "log"

    package struct Summary: Sendable {
        /// The log's head when the verification began.
        package let position: LogPosition
        package let differences: Int
    }

    private let configuration: PostgresConfiguration
    private let workers: Int
    private let logger: Logger

    package init(configuration: PostgresConfiguration, workers: Int, logger: Logger) {
        self.configuration = Verification.session(configuration)
        self.workers = max(1, workers)
        self.logger = logger
    }

    /// Compares the whole log.
    ///
    /// - Parameters:
    ///   - difference: is called for each difference, from several tasks.
    ///   - progress: is called from time to time, with the number of the event that is reached, and the head.
    /// - Throws: `CancellationError`, the database's error.
    package func run(
        difference: @escaping @Sendable (Difference) -> Void,
        progress: @escaping @Sendable (_ seq: Int64, _ head: Int64) -> Void = { _, _ in }
    ) async throws -> Summary {
        let pool = PostgresPool(configuration: configuration, maximum: workers + 1, logger: logger)
        let housekeeping = Task { try await pool.run() }
        defer { housekeeping.cancel() }
        let count = Mutex(0)
        let report: @Sendable (Difference) -> Void = { found in
            count.withLock { $0 += 1 }
            difference(found)
        }
        do {
            let source = OrderSource(sample: .whole, pool: pool)
            let head = try await source.head()
            try await LogEndsCheck(report: report).run(in: pool)
            try await CommandIdsCheck(report: report).run(in: pool)
            // Positions take half of the way, statuses the other half.
            try await LogOrderCheck(report: report).run(through: head.seq, in: pool) { progress($0 / 2, head.seq) }
            try await compareStatuses(of: source, through: head.seq, in: pool, report) { seq in
                progress((head.seq + seq) / 2, head.seq)
            }
            return Summary(position: head, differences: count.withLock { $0 })
        } catch let error as PostgresError where error.kind == .cancelled {
            throw CancellationError()
        }
    }

    private func compareStatuses(
        of source: OrderSource,
        through head: Int64,
        in pool: PostgresPool,
        _ report: @escaping @Sendable (Difference) -> Void,
        progress: @escaping @Sendable (Int64) -> Void
    ) async throws {
        let check = AnnouncedStatusCheck(head: head, report: report)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            try await source.forEachBatch(through: head) { ids, seq in
                if running == workers {
                    try await group.next()
                    running -= 1
                }
                running += 1
                group.addTask {
                    try await pool.withConnection { try await check.run(ids, on: $0) }
                    progress(seq)
                }
            }
            try await group.waitForAll()
        }
    }
}
