import Foundation
import OrderLog
import Orders
import Postgres

/// Folds orders and compares the status after each event with the one that was announced with the event.
struct AnnouncedStatusCheck: Sendable {
    /// The number of the last event that is folded.
    let head: Int64
    let report: @Sendable (Difference) -> Void

    /// The time without an answer after which the connection is closed.
    private static let timeout: Duration = .seconds(120)

    /// Folds the orders one after the other, each event as it arrives: only one state is in memory.
    func run(_ ids: [UUID], on connection: PostgresConnection) async throws {
        let list = ids.map { "'\($0.uuidString)'" }.joined(separator: ",")
        // The inner order makes one index scan for each order.
        let sql = """
            copy (select \(LogRow.columns) from unnest(array[\(list)]::uuid[]) q (id) cross join lateral (
                select * from events e where e.order_id = q.id and e.seq <= \(head) order by e.version) e)
            to stdout (format binary)
            """
        try await connection.withCopyOut(sql, timeout: Self.timeout) { chunks in
            var rows = PostgresCopyRows(columns: LogRow.columnCount)
            var fold = Fold()
            for try await chunk in chunks {
                try chunk.withUnsafeBytes { bytes in
                    try rows.scan(bytes) { place in
                        var row = try LogRow(bytes, at: place)
                        if let difference = try fold.add(&row) { report(difference) }
                    }
                }
            }
            guard rows.isComplete else { throw PostgresError(.decoding, "the COPY of events ends within a row") }
        }
    }

    /// The order whose events arrive.
    private struct Fold {
        private var order: Order?
        private var orderId: UUID?
        private var envelope = EventEnvelope(number: "", shop: "", customer: "")

        /// Folds an event.
        ///
        /// - Returns: the difference between the announced status and the order's, or the reason for which the order's
        ///   events from this one on cannot be folded.
        mutating func add(_ row: inout LogRow) throws -> Difference? {
            let isNext = row.orderId != orderId
            if isNext {
                orderId = row.orderId
                order = Order(orderId: row.orderId)
            }
            // An event before could not be folded.
            guard var folded = order else { return nil }
            order = nil
            let event = try row.event(envelope: envelope)
            envelope = EventEnvelope(of: event)
            do {
                try folded.replay(event)
            } catch {
                return difference(event, "event \(event.seq)", stored: event.type, expected: "\(error)")
            }
            order = folded
            let status = folded.status.rawValue
            guard status != event.status else { return nil }
            return difference(event, "event \(event.seq) status", stored: event.status, expected: status)
        }

        private func difference(
            _ event: LoggedEvent,
            _ field: String,
            stored: String,
            expected: String
        ) -> Difference {
            Difference(
                projection: LogVerification.name,
                orderId: event.orderId,
                field: field,
                stored: stored,
                expected: expected
            )
        }
    }
}
