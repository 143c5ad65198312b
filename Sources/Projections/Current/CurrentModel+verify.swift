package import Foundation
package import OrderLog
package import Orders
package import Postgres

extension CurrentModel: VerifiableModel {
    package var orderTables: [String] { [CurrentStateTable.name] }

    package func selectStored(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select order_id, seq, recorded_at, version, shop, customer, status, state from \(CurrentStateTable.name)
            where model_version = $1 and order_id = any($2)
            """,
            [Int32(version), ids]
        )
    }

    package func decodeStored(_ rows: PostgresResult) throws -> [UUID: StoredFields] {
        let columns = try [
            StoredColumn("seq", .integer64, in: rows), StoredColumn("recorded_at", .time, in: rows),
            StoredColumn("version", .integer32, in: rows), StoredColumn("shop", .text, in: rows),
            StoredColumn("customer", .text, in: rows), StoredColumn("status", .text, in: rows),
            StoredColumn(FieldComparison.state, .text, in: rows),
        ]
        return try StoredColumn.decode(rows, columns: columns)
    }

    package func expectedFields(of entry: OrderRecord) -> StoredFields {
        [
            "seq": String(entry.seq),
            "recorded_at": FieldText.of(entry.recordedAt),
            "version": String(entry.order.version),
            "shop": entry.order.shop,
            "customer": entry.order.customer,
            "status": entry.status,
        ]
    }

    package func storedSums(version: Int, on connection: PostgresConnection) async throws -> StoredFields { [:] }

    package func merge(_ sums: GivenNumbers, into total: inout GivenNumbers) {}

    package func expectedSums(_ sums: GivenNumbers, recordedThrough last: Timestamp) -> StoredFields { [:] }

    package func order(of entry: OrderRecord) -> Order? { entry.order }

    package func compareOtherTables(
        in pool: PostgresPool,
        through head: Int64,
        report: (Difference) -> Void
    ) async throws {
        let check = TrackingNumbersCheck { try await pool.query($0, $1) }
        try await check.compare(projection: name, through: head, report: report)
    }
}
