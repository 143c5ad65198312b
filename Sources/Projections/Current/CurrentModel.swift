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

    package init() {}

    package func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws {
        let loaded = try await load(Array(Set(events.map(\.orderId))), version: version, on: transaction)
        var records = Dictionary(uniqueKeysWithValues: loaded.map { ($0.orderId, $0.entry) })
        for event in events {
            var record = records.removeValue(forKey: event.orderId) ?? OrderRecord(orderId: event.orderId)
            try record.fold(event)
            records[event.orderId] = record
        }
        // In the order of the log, so that neighbours in the table are neighbours in time.
        let changed = records.values.sorted { $0.seq < $1.seq }
        let upsert = CurrentStateTable.upsert(changed, version: .number(version))
        try await transaction.pipeline([upsert], timeout: .seconds(15))
    }
}
