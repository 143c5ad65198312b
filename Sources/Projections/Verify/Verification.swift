package import Logging
package import OrderLog
package import Postgres
import Synchronization

/// Compares a projection with the log: folds orders again and compares them with the stored rows.
///
/// Orders are compared in batches. Rows, events and checkpoint of a batch come from one short snapshot, so that a
/// projection that moves meanwhile gives no false differences. Only the events of the batches at hand are in memory.
package struct Verification: Sendable {
    /// The selection of orders that are compared.
    package enum Sample: Sendable, Hashable {
        /// All orders, the sums over them, and the absence of other rows.
        case whole
        /// So many orders, found by random events of the log.
        case orders(Int)
        /// Each order with this probability, 0 … 1.
        case share(Double)
    }

    package struct Summary: Sendable {
        package let name: String
        package let orders: Int
        package let differences: Int
        /// The log's head when the verification began.
        package let position: LogPosition
        /// Set where nothing was compared, since another version of Waybill has built what is served.
        package let layout: LayoutDifference?
    }

    private let configuration: PostgresConfiguration
    private let workers: Int
    private let logger: Logger

    package init(configuration: PostgresConfiguration, workers: Int, logger: Logger) {
        self.configuration = Self.session(configuration)
        self.workers = max(1, workers)
        self.logger = logger
    }

    /// The configuration of a verification's connections.
    static func session(_ database: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = database
        configuration.applicationName = "waybill verify"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.serverSettings.merge(["statement_timeout": "100000"]) { $1 }
        configuration.requestTimeout = ReplayLimits.timeout
        return configuration
    }

    /// Compares one projection.
    ///
    /// - Parameters:
    ///   - difference: is called for each difference, from several tasks.
    ///   - progress: is called from time to time, with the number of the event up to which orders are compared, and the
    ///     head.
    /// - Throws: `ReplayFailure.unknown`, `CancellationError`, the database's error.
    package func run(
        _ name: String,
        sample: Sample = .whole,
        difference: @escaping @Sendable (Difference) -> Void,
        progress: @escaping @Sendable (_ seq: Int64, _ head: Int64) -> Void = { _, _ in }
    ) async throws -> Summary {
        guard let model = ReadModels.named(name) else {
            throw ReplayFailure.unknown(name)
        }
        let pool = PostgresPool(configuration: configuration, maximum: workers + 1, logger: logger)
        let housekeeping = Task { try await pool.run() }
        defer { housekeeping.cancel() }
        do {
            return try await run(model, sample: sample, pool: pool, difference: difference, progress: progress)
        } catch let error as PostgresError where error.kind == .cancelled {
            throw CancellationError()
        }
    }

    private func run<Model: VerifiableModel>(
        _ model: Model,
        sample: Sample,
        pool: PostgresPool,
        difference: @escaping @Sendable (Difference) -> Void,
        progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> Summary {
        let layouts = try ServedLayouts(await pool.query(ServedLayouts.select.sql))
        if let layout = layouts.difference(of: model) {
            let position = try await OrderSource(sample: sample, pool: pool).head()
            return Summary(name: model.name, orders: 0, differences: 0, position: position, layout: layout)
        }
        let count = Mutex(0)
        let report: @Sendable (Difference) -> Void = { found in
            count.withLock { $0 += 1 }
            difference(found)
        }
        let isWhole = sample == .whole
        let sums = isWhole ? try await SumsCheck(model: model, pool: pool) : nil
        let check = OrdersCheck(model: model, sumsThrough: sums?.through ?? 0, report: report)
        let source = OrderSource(sample: sample, pool: pool)
        let head = try await source.head()
        let total = try await withThrowingTaskGroup(of: OrdersCheck<Model>.Result.self) { group in
            var total = OrdersCheck<Model>.Result(orders: 0, sums: model.makeSums())
            var running = 0
            func add(_ result: OrdersCheck<Model>.Result) {
                total.orders += result.orders
                model.merge(result.sums, into: &total.sums)
            }
            try await source.forEachBatch(through: head.seq) { ids, seq in
                if running == workers, let result = try await group.next() {
                    add(result)
                    running -= 1
                }
                running += 1
                group.addTask {
                    let result = try await pool.withConnection { try await check.run(ids, on: $0) }
                    progress(seq, head.seq)
                    return result
                }
            }
            for try await result in group { add(result) }
            return total
        }
        if let sums {
            sums.compare(with: total.sums, report: report)
            for table in model.orderTables {
                try await StrayRows(model: model, table: table).find(in: pool, report: report)
            }
            try await model.compareOtherTables(in: pool, through: head.seq, report: report)
        }
        return Summary(
            name: model.name,
            orders: total.orders,
            differences: count.withLock { $0 },
            position: head,
            layout: nil
        )
    }
}
