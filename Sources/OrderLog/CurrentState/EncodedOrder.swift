import Orders
package import Postgres

/// An order's state as a table holds it, not decoded yet: readers that share one query decode it each for themselves.
package struct EncodedOrder: Sendable {
    /// The number of the order's last event.
    package let seq: Int64
    /// The time at which the last event was recorded.
    package let recordedAt: PostgresTimestamp
    /// The state's JSON, in UTF-8.
    package let state: [UInt8]

    /// The columns `seq`, `recorded_at` and `state` of a result.
    package struct Columns {
        private let seq: PostgresColumn<Int64?>
        private let recordedAt: PostgresColumn<PostgresTimestamp>
        private let state: PostgresColumn<PostgresText>

        /// - Throws: `PostgresError` when one of the columns is missing.
        package init(_ rows: PostgresResult) throws {
            seq = try rows.column("seq")
            recordedAt = try rows.column("recorded_at")
            state = try rows.column("state")
        }

        /// Reads a row.
        ///
        /// - Returns: nil when the columns are NULL, as an outer join leaves them.
        package func read(_ row: PostgresRow) throws -> EncodedOrder? {
            guard let seq = try row.get(seq) else { return nil }
            return try EncodedOrder(seq: seq, recordedAt: row.get(recordedAt), state: row.get(state).bytes)
        }
    }

    /// Decodes the state.
    ///
    /// - Throws: `StoredDataError` for a state that this version of Waybill cannot read.
    package func record() throws -> OrderRecord {
        OrderRecord(order: try Order(state: state), seq: seq, recordedAt: Timestamp(recordedAt))
    }
}
