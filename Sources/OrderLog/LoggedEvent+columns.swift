import Foundation
import Orders
package import Postgres

extension LoggedEvent {
    /// The columns of `events` in the order in which `init(row:)` reads them.
    package static let columns = """
        seq, order_id, version, number, shop, customer, type, schema, status_before, status, data, internal, actor, \
        command_id, correlation_id, causation_id, occurred_at, recorded_at
        """

    package init(row: PostgresRow) throws {
        try self.init(
            seq: row.get(0, as: Int64.self),
            orderId: row.get(1, as: UUID.self),
            version: Int(row.get(2, as: Int32.self)),
            number: row.get(3, as: String.self),
            shop: row.get(4, as: String.self),
            customer: row.get(5, as: String.self),
            type: row.get(6, as: String.self),
            schema: Int(row.get(7, as: Int16.self)),
            statusBefore: row.get(8, as: String?.self),
            status: row.get(9, as: String.self),
            data: row.get(10, as: PostgresJSON?.self)?.bytes,
            internal: row.get(11, as: PostgresJSON.self).bytes,
            actor: row.get(12, as: String.self),
            commandId: row.get(13, as: String.self),
            correlationId: row.get(14, as: String?.self),
            causationId: row.get(15, as: String?.self),
            occurredAt: Timestamp(unixMicroseconds: row.get(16, as: PostgresTimestamp.self).unixMicroseconds),
            recordedAt: Timestamp(unixMicroseconds: row.get(17, as: PostgresTimestamp.self).unixMicroseconds)
        )
    }
}
