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
        try await EventsByOrder(events).fold(on: transaction) { ids in
            CurrentStateTable.load(ids, version: .number(version))
        } write: { changes in
            let upsert = CurrentStateTable.upsert(StateWrite(changes.map(\.after)), version: .number(version))
            try await transaction.pipeline([upsert], timeout: .seconds(15))
        }
    }
}
