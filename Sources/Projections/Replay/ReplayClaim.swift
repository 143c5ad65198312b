import Logging
import OrderLog
import Postgres

/// The right to rebuild one projection, and what belongs to taking and giving it up.
struct ReplayClaim: Sendable {
    let name: String
    let control: PostgresConnection
    let logger: Logger

    /// Dropping a partition needs the table for itself for a moment. Whoever waits for that makes all others wait behind it,
    /// so it is tried again and again, for so long each time.
    private static let patience = "100ms"
    private static let attempts = 300

    /// - Throws: `ReplayFailure.underWay` where somebody has it.
    func take() async throws {
        let lock = ReplayStatements.tryLock(name)
        let rows = try await control.query(lock.sql, lock.bindings)
        guard try rows.first?.get(0, as: Bool.self) == true else { throw ReplayFailure.underWay(name) }
    }

    /// Takes up what an interrupted replay has left, or begins a new version.
    func session(
        reader: PostgresConnection,
        writer: PostgresConnection,
        limits: ReplayLimits
    ) async throws -> ReplaySession {
        let history = try await EpochStore.ensure(on: control, registry: EpochRegistry())
        try await dropFinishedOrCancelled()
        if try await leftover() == nil {
            let next = ReplayStatements.nextVersion(name)
            let version = Int(try await control.query(next.sql, next.bindings).first?.get(0, as: Int32?.self) ?? 1)
            try await alone(ReplayStatements.open(name, version: version))
        }
        guard let left = try await leftover() else { throw ReplayFailure.overtaken(name) }
        var start = left.checkpoint.seq
        if !left.checkpoint.holds(in: history, head: left.head) {
            logger.warning(
                "replay: the log was restored to an earlier state; beginning anew",
                metadata: ["model": "\(name)"]
            )
            try await alone([Checkpoint.clear(name, version: left.checkpoint.version)])
            start = 0
        }
        let progress = ReplayProgress(
            name: name,
            version: left.checkpoint.version,
            phase: .building,
            startedFrom: start,
            seq: start,
            head: left.head,
            eventsPerSecond: 0
        )
        return ReplaySession(
            name: name,
            version: left.checkpoint.version,
            start: start,
            control: control,
            reader: reader,
            writer: writer,
            history: history,
            limits: limits,
            logger: logger,
            state: ReplayMeter(progress)
        )
    }

    /// Drops the version that was replaced. It is not served any more, so that it may as well stay for a while: the next
    /// replay drops it, too.
    func finish() async throws {
        do {
            try await dropFinishedOrCancelled()
        } catch let error as PostgresError where error.sqlState == "55P03" {
            logger.warning(
                "replay: the replaced version is in use and stays until the next replay",
                metadata: ["model": "\(name)"]
            )
        }
    }

    /// Drops everything that a replay has left.
    func dropLeftovers() async throws {
        try await dropFinishedOrCancelled()
        if let left = try await leftover() { try await drop(left.checkpoint.version) }
    }

    func drop(_ version: Int) async throws {
        try await alone(ReplayStatements.drop(name, version: version))
    }

    private func dropFinishedOrCancelled() async throws {
        guard let left = try await leftover() else { return }
        if let replaced = left.replaced {
            try await drop(replaced)
        } else if left.isCancelled {
            try await drop(left.checkpoint.version)
        }
    }

    private struct Leftover {
        let checkpoint: Checkpoint
        /// The version that it has replaced, if it has.
        let replaced: Int?
        let isCancelled: Bool
        let head: Int64
    }

    private func leftover() async throws -> Leftover? {
        let query = ReplayStatements.row(name)
        guard let row = try await control.query(query.sql, query.bindings).first else { return nil }
        return try Leftover(
            checkpoint: Checkpoint(
                version: Int(row.get(0, as: Int32.self)),
                seq: row.get(3, as: Int64.self),
                epoch: row.get(4, as: String.self)
            ),
            replaced: row.get(1, as: Int32?.self).map(Int.init),
            isCancelled: row.get(2, as: Bool.self),
            head: row.get(5, as: Int64.self)
        )
    }

    /// Runs statements that need a table for themselves.
    private func alone(_ statements: [PostgresQuery]) async throws {
        for attempt in 1... {
            do {
                try await control.withTransaction { transaction in
                    let patience = PostgresQuery("set local lock_timeout = '\(Self.patience)'")
                    try await transaction.pipeline([patience] + statements)
                }
                return
            } catch let error as PostgresError where error.sqlState == "55P03" && attempt < Self.attempts {
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...150)))
            }
        }
    }
}
