import Foundation
import OrderLog
import Orders
import Postgres

/// Compares the rows of some orders with their events, in one snapshot.
struct OrdersCheck<Model: VerifiableModel>: Sendable {
    struct Result: Sendable {
        var orders: Int
        /// The sums over the orders' events up to `sumsThrough`.
        var sums: Model.Sums
    }

    let model: Model
    /// The number of the last event that is added to the sums.
    let sumsThrough: Int64
    let report: @Sendable (Difference) -> Void

    /// The time without an answer after which the connection is closed.
    private static var timeout: Duration { .seconds(120) }

    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> Result {
        try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
            let served = try await ServedVersion.read(model, on: transaction)
            let query = model.selectStored(ids, version: served.version)
            let rows = try await transaction.query(query.sql, query.bindings, timeout: Self.timeout)
            var stored = try model.decodeStored(rows)
            let versions = Self.takeStatesOfOtherLayouts(from: &stored)
            let comparison = OrderComparison(self, of: ids, stored: stored, versions: versions)
            let sums = try await compare(ids, comparison, through: served.seq, on: transaction)
            return Result(orders: ids.count, sums: sums)
        }
    }

    /// Folds each event as it arrives: of all orders that are compared, only one is in memory folded.
    private func compare(
        _ ids: [UUID],
        _ begun: OrderComparison<Model>,
        through checkpoint: Int64,
        on transaction: PostgresConnection
    ) async throws -> Model.Sums {
        let list = ids.map { "'\($0.uuidString)'" }.joined(separator: ",")
        // The inner order makes one index scan for each order.
        let sql = """
            copy (select \(LogRow.columns) from unnest(array[\(list)]::uuid[]) q (id) cross join lateral (
                select * from events e
                where e.order_id = q.id and e.seq <= \(max(checkpoint, sumsThrough)) order by e.version) e)
            to stdout (format binary)
            """
        return try await transaction.withCopyOut(sql, timeout: Self.timeout) { chunks in
            var comparison = begun
            var rows = PostgresCopyRows(columns: LogRow.columnCount)
            for try await chunk in chunks {
                try chunk.withUnsafeBytes { bytes in
                    try rows.scan(bytes) { place in
                        var row = try LogRow(bytes, at: place)
                        try comparison.add(&row)
                    }
                }
            }
            guard rows.isComplete else { throw PostgresError(.decoding, "the COPY of events ends within a row") }
            return comparison.finish()
        }
    }

    /// Removes the states that readers take for none, since they are of another layout.
    ///
    /// - Returns: the versions of the other states. A damaged state has none.
    private static func takeStatesOfOtherLayouts(from stored: inout [UUID: StoredFields]) -> [UUID: Int] {
        var versions: [UUID: Int] = [:]
        for (orderId, fields) in stored {
            guard let state = fields[FieldComparison.state] else { continue }
            do {
                if let order = try EncodedOrder.decode(Array(state.utf8)) {
                    versions[orderId] = order.version
                } else {
                    stored[orderId]?[FieldComparison.state] = nil
                }
            } catch {
                // A damaged state is compared as it is, and differs.
                continue
            }
        }
        return versions
    }
}
