package import Foundation
package import Orders
package import Postgres

/// An order's row in a table of states, not decoded yet: readers that share one query decode it each for themselves.
package struct EncodedOrder: Sendable {
    package let orderId: UUID
    /// The number of the order's last event that the row reflects.
    package let seq: Int64
    /// The time at which that event was recorded.
    package let recordedAt: PostgresTimestamp
    /// The version that the row reflects; nil in a row that a process of a former version has written. Such a process
    /// writes a whole state each time.
    let version: Int?
    /// The state's JSON, in UTF-8: the order at `version` or at an earlier one.
    package let state: [UInt8]

    /// The columns `order_id`, `seq`, `recorded_at`, `version` and `state` of a result.
    package struct Columns {
        private let orderId: PostgresColumn<UUID?>
        private let seq: PostgresColumn<Int64?>
        private let recordedAt: PostgresColumn<PostgresTimestamp>
        private let version: PostgresColumn<Int32?>
        private let state: PostgresColumn<PostgresText?>

        /// - Throws: `PostgresError` when one of the columns is missing.
        package init(_ rows: PostgresResult) throws {
            orderId = try rows.column("order_id")
            seq = try rows.column("seq")
            recordedAt = try rows.column("recorded_at")
            version = try rows.column("version")
            state = try rows.column("state")
        }

        /// Reads a row.
        package func read(_ row: PostgresRow) throws -> StoredRow {
            guard let seq = try row.get(seq), let orderId = try row.get(orderId) else { return .missing }
            guard let state = try row.get(state) else { return .tooLarge(orderId) }
            return try .found(
                EncodedOrder(
                    orderId: orderId,
                    seq: seq,
                    recordedAt: row.get(recordedAt),
                    version: row.get(version).map(Int.init),
                    state: state.bytes
                )
            )
        }
    }

    /// A row of a result that `Columns` reads.
    package enum StoredRow: Sendable {
        case found(EncodedOrder)
        /// The result has no room for this order's state; a statement of its own reads it.
        case tooLarge(UUID)
        /// The columns are NULL, as an outer join leaves them.
        case missing
    }

    /// Decodes the state.
    ///
    /// - Returns: the record at the state's own version; before the order's first event where the state is of another
    ///   layout: the log has all that the order is, and a former layout may lack some of it.
    /// - Throws: `StoredDataError` for a damaged state.
    func decodeSnapshot() throws -> OrderRecord {
        guard let order = try Self.decode(state) else {
            return OrderRecord(order: Order(orderId: orderId), seq: 0, recordedAt: Timestamp(recordedAt))
        }
        return OrderRecord(
            order: order,
            seq: seq,
            recordedAt: Timestamp(recordedAt),
            snapshot: StateSnapshot(version: order.version, byteCount: state.count)
        )
    }

    /// Decodes a state.
    ///
    /// - Returns: nil for a state of another layout, and for none.
    package static func decode(_ state: [UInt8]) throws(StoredDataError) -> Order? {
        if state.isEmpty { return nil }
        do {
            return try Order(state: state)
        } catch .unknownSchema {
            return nil
        } catch {
            throw error
        }
    }

    /// The events that the row reflects and the decoded state does not; nil where the state has all of them.
    func tail(after snapshot: OrderRecord) -> EventTail? {
        // A process of a former version leaves the column as it is and writes a newer state.
        let reached = snapshot.order.version
        guard reached < version ?? max(reached, 1) else { return nil }
        let bound = StateSnapshot.tailBound(ofStateWith: state.count)
        return EventTail(orderId: orderId, after: reached, through: seq, byteBound: bound)
    }

    /// Folds the events of the tail into the decoded state.
    ///
    /// - Throws: `StoredDataError` where an event cannot be read, or is missing in the log.
    func fold(_ events: [LoggedEvent], into record: inout OrderRecord) throws {
        for event in events {
            try record.order.replay(event)
            record.snapshot?.count(event)
        }
        guard events.last?.seq == seq else {
            throw StoredDataError.malformed(what: "state", detail: "the log lacks events up to \(seq)")
        }
        record.seq = seq
        record.recordedAt = Timestamp(recordedAt)
    }
}
