import Foundation
import OrderLog
import Postgres

/// The orders that a verification compares, in batches. Each read is a short statement of its own.
struct OrderSource: Sendable {
    let sample: Verification.Sample
    let pool: PostgresPool

    /// The number of events that one statement searches for new orders.
    private static let rangeSize: Int64 = 4096
    /// The number of orders in a batch.
    private static let batchSize = 200

    /// Reads the position of the log's last event.
    func head() async throws -> LogPosition {
        try await pool.withConnection { connection in
            let table = EpochTable(try await EpochStore.load(connection, after: 0))
            return table.position(of: try await LogHead.decodeSeq(connection.query(LogHead.selectSeq)))
        }
    }

    /// Passes the orders of the sample to `body`, batch by batch.
    ///
    /// - Parameter body: gets a batch, and the number of the event up to which all orders have been passed.
    func forEachBatch(through head: Int64, _ body: ([UUID], Int64) async throws -> Void) async throws {
        switch sample {
        case .whole: try await forEachPlaced(through: head, where: { _ in true }, body)
        case .share(let share):
            try await forEachPlaced(through: head, where: { _ in Double.random(in: 0..<1) < share }, body)
        case .orders(let count): try await forEachRandom(count: count, through: head, body)
        }
    }

    private func forEachPlaced(
        through head: Int64,
        where isWanted: (UUID) -> Bool,
        _ body: ([UUID], Int64) async throws -> Void
    ) async throws {
        var seq: Int64 = 0
        while seq < head {
            let end = min(head, seq + Self.rangeSize)
            let rows = try await pool.query(
                "select order_id from events where seq > $1 and seq <= $2 and version = 1",
                [seq, end]
            )
            let orderId = try rows.column("order_id", as: UUID.self)
            let ids = try rows.map { try $0.get(orderId) }.filter(isWanted)
            for start in stride(from: 0, to: ids.count, by: Self.batchSize) {
                try await body(Array(ids[start..<min(start + Self.batchSize, ids.count)]), end)
            }
            seq = end
        }
    }

    /// Passes orders that are found by random events, until there are `count`, or too few new ones are found.
    private func forEachRandom(
        count: Int,
        through head: Int64,
        _ body: ([UUID], Int64) async throws -> Void
    ) async throws {
        guard head > 0 else { return }
        var seen: Set<UUID> = []
        var tries = 0
        while seen.count < count, tries < 50 + count / 10 {
            tries += 1
            let sequences = (0..<Self.batchSize).map { _ in Int64.random(in: 1...head) }
            let rows = try await pool.query("select distinct order_id from events where seq = any($1)", [sequences])
            var ids: [UUID] = []
            let orderId = try rows.column("order_id", as: UUID.self)
            for row in rows {
                let id = try row.get(orderId)
                if seen.count < count, seen.insert(id).inserted { ids.append(id) }
            }
            guard !ids.isEmpty else { continue }
            try await body(ids, Int64(Double(head) * Double(seen.count) / Double(count)))
        }
    }
}
