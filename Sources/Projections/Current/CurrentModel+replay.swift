package import Foundation
package import OrderLog
import Orders
package import Postgres

extension CurrentModel: ReplayableModel {
    package func makeEntry(for orderId: UUID) -> OrderRecord { OrderRecord(orderId: orderId) }

    package func envelope(of entry: OrderRecord) -> EventEnvelope { entry.envelope }

    package func makeSums() -> GivenNumbers { GivenNumbers(isCollecting: false) }

    package func makeReplaySums() -> GivenNumbers { GivenNumbers(isCollecting: true) }

    package func fold(_ event: LoggedEvent, into entry: inout OrderRecord, sums: inout GivenNumbers) throws -> Bool {
        sums.add(try entry.fold(event), of: event)
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

    package func write(_ entry: inout OrderRecord, version: Int, to write: inout ReplayWrite) {
        write.add(to: Self.table) { CurrentStateTable.write(&entry, version: version, to: &$0) }
    }

    package func statements(replacing entries: inout [OrderRecord], version: Int) -> [PostgresQuery] {
        let write = StateWrite(entries)
        entries = write.records
        return [CurrentStateTable.upsert(write, version: .number(version))]
    }

    package func statements(for sums: [GivenNumbers], through last: LoggedEvent, version: Int) -> [PostgresQuery] { [] }

    package func compareOtherTables(
        with sums: [GivenNumbers],
        on transaction: PostgresConnection
    ) async throws -> ComparedRows {
        let rows = sums.flatMap(\.rows)
        let stored = try await Self.check(on: transaction).countStored(rows)
        return ComparedRows(expected: rows.count, stored: stored)
    }

    package func rebuildOtherTables(
        on connection: PostgresConnection,
        through head: Int64,
        compared: ComparedRows?
    ) async throws {
        let check = Self.check(on: connection)
        if let compared, try await check.isEqual(after: compared, through: head) { return }
        try await check.repair(through: head)
    }

    private static func check(on connection: PostgresConnection) -> TrackingNumbersCheck {
        TrackingNumbersCheck { try await connection.query($0, $1, timeout: ReplayLimits.timeout) }
    }
}
