import Foundation
import OrderLog
import Postgres

/// The orders of the log that a verification looks at, some at a time. Each read is a short statement of its own.
struct OrderSource: Sendable {
    let sample: Verification.Sample
    let pool: PostgresPool

    private static let range: Int64 = 4096
    /// Orders handed out at once.
    private static let batch = 200

    func head() async throws -> LogPosition {
        try await pool.withConnection { connection in
            let table = EpochTable(try await EpochStore.load(connection, after: 0))
            let rows = try await connection.query(Checkpoint.head.sql)
            return table.position(of: try rows.first?.get(0, as: Int64.self) ?? 0)
        }
    }

    /// - Parameter body: gets orders, and the event up to which all of them have been handed out.
    func forEach(through head: Int64, _ body: ([UUID], Int64) async throws -> Void) async throws {
        switch sample {
        case .whole: try await placed(through: head, { _ in true }, body)
        case .share(let share):
            try await placed(through: head, { _ in Double.random(in: 0..<1) < share }, body)
        case .orders(let count): try await random(count, through: head, body)
        }
    }

    private func placed(
        through head: Int64,
        _ isWanted: (UUID) -> Bool,
        _ body: ([UUID], Int64) async throws -> Void
    ) async throws {
        var seq: Int64 = 0
        while seq < head {
            let end = min(head, seq + Self.range)
            let rows = try await pool.query(
                "select order_id from events where seq > $1 and seq <= $2 and version = 1",
                [seq, end]
            )
            let ids = try rows.map { try $0.get(0, as: UUID.self) }.filter(isWanted)
            for start in stride(from: 0, to: ids.count, by: Self.batch) {
                try await body(Array(ids[start..<min(start + Self.batch, ids.count)]), end)
            }
            seq = end
        }
    }

    /// By random events, until there are so many, or it becomes hard to find others.
    private func random(
        _ count: Int,
        through head: Int64,
        _ body: ([UUID], Int64) async throws -> Void
    ) async throws {
        guard head > 0 else { return }
        var seen: Set<UUID> = []
        var tries = 0
        while seen.count < count, tries < 50 + count / 10 {
            tries += 1
            let places = (0..<Self.batch).map { _ in Int64.random(in: 1...head) }
            let rows = try await pool.query("select distinct order_id from events where seq = any($1)", [places])
            var ids: [UUID] = []
            for row in rows {
                let id = try row.get(0, as: UUID.self)
                if seen.count < count, seen.insert(id).inserted { ids.append(id) }
            }
            guard !ids.isEmpty else { continue }
            try await body(ids, Int64(Double(head) * Double(seen.count) / Double(count)))
        }
    }
}
