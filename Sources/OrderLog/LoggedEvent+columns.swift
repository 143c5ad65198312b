import Foundation
import Orders
package import Postgres

extension LoggedEvent {
    /// The columns of `events` that `decode` reads.
    package static let columns = """
        seq, order_id, version, number, shop, customer, type, schema, status_before, status, data, internal, actor, \
        command_id, correlation_id, causation_id, occurred_at, recorded_at
        """

    /// Decodes rows of `columns`.
    package static func decode(_ rows: PostgresResult) throws -> [LoggedEvent] {
        guard !rows.isEmpty else { return [] }
        let columns = try Columns(rows)
        return try rows.map { try columns.read($0) }
    }

    /// The places of `columns` in one result.
    struct Columns {
        let seq: PostgresColumn<Int64>
        private let orderId: PostgresColumn<UUID>
        private let version: PostgresColumn<Int32>
        private let number: PostgresColumn<String>
        private let shop: PostgresColumn<String>
        private let customer: PostgresColumn<String>
        private let type: PostgresColumn<String>
        private let schema: PostgresColumn<Int16>
        private let statusBefore: PostgresColumn<String?>
        private let status: PostgresColumn<String>
        private let data: PostgresColumn<PostgresJSON?>
        private let `internal`: PostgresColumn<PostgresJSON>
        private let actor: PostgresColumn<String>
        private let commandId: PostgresColumn<String>
        private let correlationId: PostgresColumn<String?>
        private let causationId: PostgresColumn<String?>
        private let occurredAt: PostgresColumn<PostgresTimestamp>
        private let recordedAt: PostgresColumn<PostgresTimestamp>

        init(_ rows: PostgresResult) throws {
            seq = try rows.column("seq")
            orderId = try rows.column("order_id")
            version = try rows.column("version")
            number = try rows.column("number")
            shop = try rows.column("shop")
            customer = try rows.column("customer")
            type = try rows.column("type")
            schema = try rows.column("schema")
            statusBefore = try rows.column("status_before")
            status = try rows.column("status")
            data = try rows.column("data")
            `internal` = try rows.column("internal")
            actor = try rows.column("actor")
            commandId = try rows.column("command_id")
            correlationId = try rows.column("correlation_id")
            causationId = try rows.column("causation_id")
            occurredAt = try rows.column("occurred_at")
            recordedAt = try rows.column("recorded_at")
        }

        /// False for an event that a page has no room for.
        func hasTexts(_ row: PostgresRow) -> Bool { !row.isNull(`internal`) }

        func read(_ row: PostgresRow) throws -> LoggedEvent {
            try LoggedEvent(
                seq: row.get(seq),
                orderId: row.get(orderId),
                version: Int(row.get(version)),
                number: row.get(number),
                shop: row.get(shop),
                customer: row.get(customer),
                type: row.get(type),
                schema: Int(row.get(schema)),
                statusBefore: row.get(statusBefore),
                status: row.get(status),
                data: row.get(data)?.bytes,
                internal: row.get(`internal`).bytes,
                actor: row.get(actor),
                commandId: row.get(commandId),
                correlationId: row.get(correlationId),
                causationId: row.get(causationId),
                occurredAt: Timestamp(row.get(occurredAt)),
                recordedAt: Timestamp(row.get(recordedAt))
            )
        }
    }
}
