import OrderLog
import Orders
import Postgres

/// The stored rows that belong to no single order, from one snapshot, for a comparison with the sums over all events.
struct SumsCheck<Model: VerifiableModel>: Sendable {
    private let model: Model
    /// The number of the last event that the rows reflect.
    let through: Int64
    private let recordedThrough: Timestamp
    private let stored: StoredFields

    init(model: Model, pool: PostgresPool) async throws {
        self.model = model
        (through, recordedThrough, stored) = try await pool.withConnection { connection in
            try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
                let served = try await ServedVersion.read(model, on: transaction)
                let rows = try await transaction.query("select recorded_at from events where seq = $1", [served.seq])
                let last = try rows.first.map { Timestamp(try $0.get("recorded_at", as: PostgresTimestamp.self)) }
                let stored = try await model.storedSums(version: served.version, on: transaction)
                return (served.seq, last ?? Timestamp(unixMicroseconds: 0), stored)
            }
        }
    }

    func compare(with sums: Model.Sums, report: (Difference) -> Void) {
        let expected = model.expectedSums(sums, recordedThrough: recordedThrough)
        for difference in FieldComparison.differences(
            projection: model.name,
            orderId: nil,
            stored: stored,
            expected: expected
        ) { report(difference) }
    }
}
