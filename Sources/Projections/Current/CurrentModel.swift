import Foundation
package import OrderLog
package import Postgres

/// The orders' current states. The appender writes the served version, in the transaction that appends; this model
/// builds another version from the log.
package struct CurrentModel: ReadModel {
    /// The model's name, as in `projections.name`.
    package static let name = CurrentStateTable.projection

    package var name: String { Self.name }

    package var isWrittenByAppender: Bool { true }

    package var layout: Int { 2 }

    package init() {}

    package func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws {
        let byOrder = EventsByOrder(events)
        try await byOrder.forEachSlice(on: transaction) { ids in
            CurrentStateTable.load(ids, version: .number(version))
        } body: { ids, known in
            let records = try ids.map { orderId in
                var record = known[orderId] ?? OrderRecord(orderId: orderId)
                for event in byOrder[orderId] { try record.fold(event) }
                return record
            }
            let upsert = CurrentStateTable.upsert(StateWrite(records), version: .number(version))
            try await transaction.pipeline([upsert], timeout: .seconds(15))
        }
    }
}
