import OrderLog
import Postgres

/// What is stored beside the orders' own rows, from one snapshot, and up to which event.
struct SumsCheck<Model: VerifiableModel>: Sendable {
    private let model: Model
    let through: Int64
    private let recordedThrough: PostgresTimestamp
    private let stored: StoredFields

    init(model: Model, pool: PostgresPool) async throws {
        self.model = model
        (through, recordedThrough, stored) = try await pool.withConnection { connection in
            try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
                let served = try await ServedVersion.read(model, on: transaction)
                let rows = try await transaction.query("select recorded_at from events where seq = $1", [served.seq])
                let last = try rows.first?.get(0, as: PostgresTimestamp.self)
                let stored = try await model.storedSums(version: served.version, on: transaction)
                return (served.seq, last ?? PostgresTimestamp(unixMicroseconds: 0), stored)
            }
        }
    }

    func compare(_ sums: [Model.Sums], _ report: (Difference) -> Void) {
        let expected = model.expected(sums, recordedThrough: recordedThrough)
        for difference in FieldComparison.differences(model.name, nil, stored: stored, expected: expected) {
            report(difference)
        }
    }
}
