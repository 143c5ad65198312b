import Orders
package import Postgres

/// The records that one statement writes into a table of states, with the states of those orders whose row has to hold
/// a new one. No other state is encoded.
package struct StateWrite: Sendable {
    /// The records as they are once they are written.
    package private(set) var records: [OrderRecord]
    /// A state for each record; empty where the row keeps the state that it has.
    package private(set) var states: [PostgresText] = []

    /// SQL that keeps a row's state where the written one is empty. The server copies the stored value's pointer and
    /// not the value.
    ///
    /// - Parameter table: the table's name in an `insert … on conflict do update`.
    package static func stateSQL(in table: String) -> String { "coalesce(nullif(excluded.state, ''), \(table).state)" }

    /// - Parameter keepsSmallStates: leaves small states as they are for a few events. Writes less, and whoever reads
    ///   such an order reads those events too: for batches of the appender under load, and not for the order list, of
    ///   which a page has up to a thousand orders.
    package init(_ records: [OrderRecord], keepsSmallStates: Bool = false) {
        self.records = records
        states.reserveCapacity(records.count)
        for index in self.records.indices {
            states.append(PostgresText(Self.encode(&self.records[index], keepsSmallStates: keepsSmallStates)))
        }
    }

    private static func encode(_ record: inout OrderRecord, keepsSmallStates: Bool) -> [UInt8] {
        let version = record.order.version
        if let snapshot = record.snapshot, !snapshot.isOutdated(at: version, keepsSmallStates: keepsSmallStates) {
            return []
        }
        return record.takeState()
    }
}
