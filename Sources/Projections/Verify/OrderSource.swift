import Foundation
import OrderLog
import Postgres

/// The orders that a verification compares, in batches. Each read is a short statement of its own.
struct OrderSource: Sendable {
    let sample: Verification.Sample
    let pool: PostgresPool

    /// The number of events that one statement searches for new orders.
    private static let rangeSize: Int64 = 4096
    /// The largest number of orders in a batch.
    private static let batchSize = 200
    /// The number of events of all orders in a batch, which bounds its time. An order with more is a batch alone.
    private static let batchEvents = 20_000
    /// The size of the states of all orders in a batch, in bytes, which bounds its memory. An order with more is a
    /// batch alone.
    private static let batchBytes = 8 << 20

    /// SQL for the number of events of the order of `e`, and for the size of its state.
    private static let sizes = """
        (select n.version from events n where n.order_id = e.order_id order by n.version desc limit 1) as event_count,
        (select octet_length(s.state) from \(CurrentStateTable.name) s
            where s.order_id = e.order_id and s.model_version = \(CurrentStateTable.activeVersion) limit 1) as state_bytes
        """

    /// An order and its sizes.
    private struct Found {
        let orderId: UUID
        let eventCount: Int
        let stateBytes: Int

        static func decode(_ rows: PostgresResult) throws -> [Found] {
            let orderId = try rows.column("order_id", as: UUID.self)
            let eventCount = try rows.column("event_count", as: Int32.self)
            let stateBytes = try rows.column("state_bytes", as: Int32?.self)
            return try rows.map { row in
                try Found(
                    orderId: row.get(orderId),
                    eventCount: Int(row.get(eventCount)),
                    stateBytes: Int(row.get(stateBytes) ?? 0)
                )
            }
        }
    }

    private static func batches(_ orders: [Found]) -> [[UUID]] {
        var batches: [[UUID]] = []
        var (events, bytes) = (0, 0)
        for order in orders {
            events += order.eventCount
            bytes += order.stateBytes
            if let last = batches.last, last.count < batchSize, events <= batchEvents, bytes <= batchBytes {
                batches[batches.count - 1].append(order.orderId)
            } else {
                batches.append([order.orderId])
                (events, bytes) = (order.eventCount, order.stateBytes)
            }
        }
        return batches
    }

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
                "select e.order_id, \(Self.sizes) from events e where seq > $1 and seq <= $2 and version = 1",
                [seq, end]
            )
            let wanted = try Found.decode(rows).filter { isWanted($0.orderId) }
            for batch in Self.batches(wanted) { try await body(batch, end) }
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
            let rows = try await pool.query(
                """
                select e.order_id, \(Self.sizes)
                from (select distinct order_id from events where seq = any($1)) e
                """,
                [sequences]
            )
            let found = try Found.decode(rows).filter { seen.count < count && seen.insert($0.orderId).inserted }
            let reached = Int64(Double(head) * Double(seen.count) / Double(count))
            for batch in Self.batches(found) { try await body(batch, reached) }
        }
    }
}
