import Foundation
import LogSupport
import Logging
import OrderLog
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Projections

/// A log with some history, and replays in steps so small that every part of a replay runs.
struct ReplayBench: Sendable {
    let bench: ModelBench

    var log: TestLog { bench.log }

    static let names = ReadModels.all.map(\.name)

    static func with(
        seed: UInt64 = 3,
        orders: Int = 40,
        commands: Int = 400,
        _ body: @Sendable (ReplayBench) async throws -> Void
    ) async throws {
        try await ModelBench.with { bench in
            try await bench.log.withAppender { appender in
                try await History.run(seed: seed, orders: orders, commands: commands, on: appender)
            }
            try await bench.catchUp()
            try await body(ReplayBench(bench: bench))
        }
    }

    func replay(_ change: (inout ReplayLimits) -> Void = { _ in }) -> Replay {
        var limits = ReplayLimits()
        limits.chunk = 23
        limits.chunkBytes = 3000
        limits.loadBytes = 1
        limits.dirtyOrders = 7
        limits.bytes = 1 << 14
        limits.statementOrders = 2
        limits.nearHead = 5
        limits.step = 3
        change(&limits)
        return Replay(configuration: log.database, workers: 3, limits: limits, logger: log.logger)
    }

    var verification: Verification { Verification(configuration: log.database, workers: 2, logger: log.logger) }

    /// The differences between a projection and the log, as they are printed.
    func differences(_ name: String, _ sample: Verification.Sample = .whole) async throws -> [String] {
        let found = Mutex<[String]>([])
        let summary = try await verification.run(name, sample: sample) { difference in
            found.withLock { $0.append(difference.description) }
        }
        let all = found.withLock { $0 }.sorted()
        #expect(summary.differences == all.count)
        return all
    }

    /// All rows of the served version, without the column of the version. In the place of a state, which may be that of
    /// an earlier version than its row, stands the order as readers see it.
    func rows(_ name: String) async throws -> [String] {
        let tables =
            switch name {
            case "current": ["order_states"]
            case "orders": ["order_list", "order_list_keys", "order_list_by_carrier"]
            default: ["stats_orders", "stats_statuses", "stats_minutes", "stats_durations"]
            }
        var rows: [String] = []
        for table in tables {
            rows.append(
                try await bench.text(
                    """
                    select to_jsonb(t) - 'model_version' - 'state' from \(table) t
                    where model_version = (select version from projection_active where name = '\(name)')
                    """
                )
            )
        }
        if let table = tables.first, name != "stats" { rows += try await bench.states(in: table, of: name) }
        return rows
    }

    func version(_ name: String) async throws -> Int {
        let text = try await bench.text("select version from projection_active where name = '\(name)'")
        return Int(text.dropFirst().dropLast()) ?? 0
    }

    /// Runs `body` while the head is locked: a replay builds its version, but cannot take over.
    func withLockedHead<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
        try await withLocked("select seq from log_head", body)
    }

    /// Runs `body` while another session has locked the rows that a query selects.
    func withLocked<R: Sendable>(
        _ select: StaticString,
        _ body: @Sendable () async throws -> R
    ) async throws -> R {
        let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
        let result: Result<R, any Error>
        do {
            result = .success(
                try await holder.withTransaction { transaction in
                    try await transaction.query("\(select) for update")
                    return try await body()
                }
            )
        } catch {
            result = .failure(error)
        }
        await holder.close()
        return try result.get()
    }

    /// Begins a replay of the projection and ends it by force, when it has committed some of what it builds.
    func breakOffReplay(of name: String) async throws {
        try await withLockedHead { () async throws in
            let killed = Task { try await replay().run(name) }
            #expect(try await hasBegun(name))
            try await log.terminateConnections(named: "waybill replay")
            await #expect(throws: (any Error).self) { try await killed.value }
        }
    }

    /// Waits until a replay of the projection has committed some of what it builds.
    func hasBegun(_ name: String) async throws -> Bool {
        try await eventually {
            try await bench.text(
                """
                select 1 from projection_replays r join projections p on p.name = r.name and p.version = r.version
                where r.name = '\(name)' and p.seq > 0
                """
            ) != ""
        }
    }
}
