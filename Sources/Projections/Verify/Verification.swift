package import Logging
package import OrderLog
package import Postgres
import Synchronization

/// Holds a projection against the log: folds orders anew and compares them with what is stored.
///
/// Orders are taken some at a time, their rows, their events and the checkpoint from one short snapshot, so that a projection
/// that moves meanwhile gives no false differences. Of the log no more than those orders' events is in memory at once.
package struct Verification: Sendable {
    /// Which orders are looked at.
    package enum Sample: Sendable, Hashable {
        /// All, and what is summed up over them, and that nothing is stored beside them.
        case whole
        /// So many, found by random events of the log.
        case orders(Int)
        /// Each with this chance, 0 … 1.
        case share(Double)
    }

    package struct Summary: Sendable {
        package let name: String
        package let orders: Int
        package let differences: Int
        /// The log's head when it began.
        package let position: LogPosition
    }

    private let configuration: PostgresConfiguration
    private let workers: Int
    private let logger: Logger

    package init(configuration: PostgresConfiguration, workers: Int, logger: Logger) {
        var configuration = configuration
        configuration.applicationName = "waybill verify"
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.serverSettings.merge(["statement_timeout": "100000"]) { $1 }
        self.configuration = configuration
        self.workers = max(1, workers)
        self.logger = logger
    }

    /// - Parameters:
    ///   - difference: called for each, from several tasks.
    ///   - progress: the last event whose order is checked, and the head; called now and then.
    /// - Throws: `ReplayFailure.unknown`, `CancellationError`, the database's error.
    package func run(
        _ name: String,
        sample: Sample = .whole,
        difference: @escaping @Sendable (Difference) -> Void,
        progress: @escaping @Sendable (_ seq: Int64, _ head: Int64) -> Void = { _, _ in }
    ) async throws -> Summary {
        guard let model = ReadModels.verifiable.first(where: { $0.name == name }) else {
            throw ReplayFailure.unknown(name)
        }
        let pool = PostgresPool(configuration: configuration, maximum: workers + 1, logger: logger)
        let housekeeping = Task { try await pool.run() }
        defer { housekeeping.cancel() }
        do {
            return try await run(model, sample, pool, difference, progress)
        } catch let error as PostgresError where error.kind == .cancelled {
            throw CancellationError()
        }
    }

    private func run<Model: VerifiableModel>(
        _ model: Model,
        _ sample: Sample,
        _ pool: PostgresPool,
        _ difference: @escaping @Sendable (Difference) -> Void,
        _ progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> Summary {
        let found = Mutex(0)
        let report: @Sendable (Difference) -> Void = { one in
            found.withLock { $0 += 1 }
            difference(one)
        }
        let isWhole = sample == .whole
        let sums = isWhole ? try await SumsCheck(model: model, pool: pool) : nil
        let check = OrdersCheck(model: model, sumsThrough: sums?.through ?? 0, report: report)
        let source = OrderSource(sample: sample, pool: pool)
        let head = try await source.head()
        let results = try await withThrowingTaskGroup(of: OrdersCheck<Model>.Result.self) { group in
            var results: [OrdersCheck<Model>.Result] = []
            var running = 0
            try await source.forEach(through: head.seq) { ids, seq in
                if running == workers, let result = try await group.next() {
                    results.append(result)
                    running -= 1
                }
                running += 1
                group.addTask {
                    let result = try await pool.withConnection { try await check.run(ids, on: $0) }
                    progress(seq, head.seq)
                    return result
                }
            }
            for try await result in group { results.append(result) }
            return results
        }
        if let sums {
            sums.compare(results.map(\.sums), report)
            for table in model.orderTables { try await StrayRows(model: model, table: table).find(pool, report) }
        }
        return Summary(
            name: model.name,
            orders: results.reduce(0) { $0 + $1.orders },
            differences: found.withLock { $0 },
            position: head
        )
    }
}
