import Logging
import OrderLog
import Postgres

/// The claim on one projection, which lets a single replay rebuild it, and the versions that replays leave behind.
struct ReplayClaim: Sendable {
    let name: String
    let control: PostgresConnection
    let logger: Logger

    /// The number of attempts to get a table's lock: dropping a partition needs an exclusive one.
    private static let lockAttempts = 300

    /// Acquires the claim for as long as the control connection lasts.
    ///
    /// - Throws: `ReplayFailure.underWay` where another replay holds it.
    func acquire() async throws {
        let lock = ReplayStatements.tryLock(name)
        let rows = try await control.query(lock.sql, lock.bindings)
        guard try rows.first?.get("is_locked", as: Bool.self) == true else { throw ReplayFailure.underWay(name) }
    }

    /// Continues with the version of an interrupted replay, or opens a new version.
    ///
    /// - Parameter layout: the layout of the rows that are going to be written. A version of another one is dropped.
    func openSession(
        layout: Int,
        reader: PostgresConnection,
        writer: PostgresConnection,
        limits: ReplayLimits
    ) async throws -> ReplaySession {
        let history = try await EpochStore.ensure(on: control, registry: EpochRegistry(), logger: logger)
        try await dropReplacedOrCancelledVersion()
        if let unfinished = try await unfinishedReplay(), unfinished.layout != layout {
            logger.notice(
                "another version of Waybill began to build a version of the read model; it is dropped",
                metadata: ["model": "\(name)", "version": "\(unfinished.checkpoint.version)"]
            )
            try await drop(version: unfinished.checkpoint.version)
        }
        if try await unfinishedReplay() == nil {
            let next = ReplayStatements.selectNextVersion(name)
            let rows = try await control.query(next.sql, next.bindings)
            let version = Int(try rows.first?.get("version", as: Int32?.self) ?? 1)
            try await runWithTableLocks(ReplayStatements.open(name, version: version, layout: layout))
        }
        guard let unfinished = try await unfinishedReplay() else { throw ReplayFailure.overtaken(name) }
        let checkpoint = unfinished.checkpoint
        var start = checkpoint.seq
        if !checkpoint.isValid(in: history, head: unfinished.head) {
            logger.warning(
                "the log was restored to an earlier state; the replay begins again with the first event",
                metadata: ["model": "\(name)"]
            )
            try await runWithTableLocks([Checkpoint.clear(name, version: checkpoint.version)])
            start = 0
        }
        let progress = ReplayProgress(
            name: name,
            version: checkpoint.version,
            phase: .building,
            startedFrom: start,
            seq: start,
            head: unfinished.head,
            eventsPerSecond: 0
        )
        return ReplaySession(
            name: name,
            version: checkpoint.version,
            start: start,
            control: control,
            reader: reader,
            writer: writer,
            history: history,
            limits: limits,
            logger: logger,
            meter: ReplayMeter(progress)
        )
    }

    /// Drops the version that was replaced. Where its tables stay locked the version is kept: it is not served any
    /// more, and the next replay drops it.
    func dropReplacedVersion() async throws {
        do {
            try await dropReplacedOrCancelledVersion()
        } catch let error as PostgresError where error.sqlState == "55P03" {
            logger.warning(
                "the replaced version is still in use; it is kept until the next replay",
                metadata: ["model": "\(name)"]
            )
        }
    }

    /// Drops every version that replays have left behind.
    func dropUnfinishedVersions() async throws {
        try await dropReplacedOrCancelledVersion()
        if let unfinished = try await unfinishedReplay() { try await drop(version: unfinished.checkpoint.version) }
    }

    func drop(version: Int) async throws {
        try await runWithTableLocks(ReplayStatements.drop(name, version: version))
    }

    private func dropReplacedOrCancelledVersion() async throws {
        guard let unfinished = try await unfinishedReplay() else { return }
        if let replaced = unfinished.replaced {
            try await drop(version: replaced)
        } else if unfinished.isCancelled {
            try await drop(version: unfinished.checkpoint.version)
        }
    }

    /// A replay whose row is still there: it was interrupted or cancelled, or has not dropped the replaced version yet.
    private struct UnfinishedReplay {
        let checkpoint: Checkpoint
        /// The version that the replay has replaced; nil before the takeover.
        let replaced: Int?
        let isCancelled: Bool
        let layout: Int
        let head: Int64
    }

    private func unfinishedReplay() async throws -> UnfinishedReplay? {
        let query = ReplayStatements.selectReplay(name)
        guard let row = try await control.query(query.sql, query.bindings).first else { return nil }
        return try UnfinishedReplay(
            checkpoint: Checkpoint(row),
            replaced: row.get("replaced", as: Int32?.self).map(Int.init),
            isCancelled: row.get("is_cancelled", as: Bool.self),
            layout: Int(row.get("layout", as: Int32.self)),
            head: row.get("head", as: Int64.self)
        )
    }

    /// Runs statements that need exclusive table locks.
    private func runWithTableLocks(_ statements: [PostgresQuery]) async throws {
        for attempt in 1... {
            do {
                try await control.withTransaction { transaction in
                    let timeout = PostgresQuery("set local lock_timeout = '\(ReplayLimits.lockTimeout)'")
                    try await transaction.pipeline([timeout] + statements)
                }
                return
            } catch let error as PostgresError where error.sqlState == "55P03" && attempt < Self.lockAttempts {
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...150)))
            }
        }
    }
}
