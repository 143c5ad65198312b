package import Foundation
package import OrderLog
import Orders
package import Postgres

extension CurrentModel: ReplayableModel {
    package func makeEntry(for orderId: UUID) -> OrderRecord { OrderRecord(orderId: orderId) }

    package func envelope(of entry: OrderRecord) -> EventEnvelope { entry.envelope }

    package func makeSums() {}

    package func fold(_ event: LoggedEvent, into entry: inout OrderRecord, sums: inout Void) throws -> Bool {
        try entry.fold(event)
        return true
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> (loaded: [LoadedEntry<OrderRecord>], leftOut: [UUID]) {
        let read = { (query: PostgresQuery) in
            try await connection.query(query.sql, query.bindings, timeout: ReplayLimits.timeout)
        }
        let stored = try StoredStates(await read(CurrentStateTable.load(ids, version: .number(version))))
        let loaded = try await stored.recordsById(read: read).map { orderId, record in
            LoadedEntry(orderId: orderId, entry: record, byteCount: record.loadedByteCount)
        }
        return (loaded, stored.leftOut)
    }

    private static let table = ReplayWrite.Table(CurrentStateTable.name, columns: CurrentStateTable.copyColumns)

    package func write(_ entry: inout OrderRecord, isStored: Bool, version: Int, to write: inout ReplayWrite) {
        write.add(to: Self.table, replacing: isStored ? entry.order.orderId : nil) { row in
            CurrentStateTable.write(entry, version: version, to: &row)
        }
    }

    package func statements(for sums: [Void], through last: LoggedEvent, version: Int) -> [PostgresQuery] { [] }

    package func rebuildOtherTables(on connection: PostgresConnection, through head: Int64) async throws {
        let check = TrackingNumbersCheck { try await connection.query($0, $1, timeout: ReplayLimits.timeout) }
        try await check.repair(through: head)
    }
}
