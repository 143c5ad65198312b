import Foundation
import OrderLog
import Orders
import Postgres

extension OrderListModel {
    /// An order of the list while its events are folded.
    package struct Entry: Sendable {
        private(set) var record: OrderRecord
        /// The time of the event since which the order needs attention without a break; nil when it needs none.
        private(set) var attentionSince: Timestamp?
        /// The stored keys; nil for an order without rows.
        private(set) var storedKeys: OrderKeys?

        /// The entry of an order before its first event.
        init(orderId: UUID) {
            record = OrderRecord(orderId: orderId)
        }

        /// The entry of an order with rows.
        ///
        /// - Parameter attentionSince: the stored time.
        init(_ record: OrderRecord, attentionSince: Timestamp?) {
            self.record = record
            self.attentionSince = attentionSince
            storedKeys = keys
        }

        /// The keys that the order must have.
        var keys: OrderKeys { OrderKeys(record.order, attentionSince: attentionSince) }

        /// Folds the order's next event.
        ///
        /// - Throws: `UnreadableEvent`.
        mutating func fold(_ event: LoggedEvent) throws {
            try record.fold(event)
            if !record.order.attention {
                attentionSince = nil
            } else if attentionSince == nil {
                attentionSince = event.recordedAt
            }
        }

        /// Encodes the state for a row that gets it whole.
        mutating func takeState() -> [UInt8] { record.takeState() }

        /// Takes the record as it is once it is written.
        mutating func setStored(_ record: OrderRecord) { self.record = record }

        /// Takes the keys for stored.
        ///
        /// - Returns: the keys to write; nil where the stored ones are the same.
        mutating func takeChangedKeys() -> ChangedKeys? {
            let keys = keys
            let added = keys.carriers(missingIn: storedKeys)
            let removed = storedKeys?.carriers(missingIn: keys) ?? []
            // Carriers of different bytes may be equal texts.
            guard keys != storedKeys || !added.isEmpty || !removed.isEmpty else { return nil }
            storedKeys = keys
            return ChangedKeys(keys: keys, addedCarriers: added, removedCarriers: removed)
        }
    }

    /// The keys to write of an order, and what that makes of its carriers.
    struct ChangedKeys {
        let keys: OrderKeys
        let addedCarriers: [OrderCarrier]
        /// The carriers that are gone: a number's carrier was corrected, or a return's was replaced.
        let removedCarriers: [OrderCarrier]
    }

    /// Makes the entries of orders from the records of their rows.
    static func entries(
        of records: [UUID: OrderRecord],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [UUID: Entry] {
        // The other orders have no such time: most batches need no statement.
        let waiting = records.values.lazy.filter(\.order.attention).map(\.order.orderId)
        let since = try await OrderKeys.attentionTimes(of: Array(waiting), version: version, on: connection)
        return records.mapValues { Entry($0, attentionSince: since[$0.order.orderId]) }
    }
}

extension OrderKeys {
    /// Reads the time since which each of some orders needs attention.
    fileprivate static func attentionTimes(
        of orderIds: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [UUID: Timestamp] {
        if orderIds.isEmpty { return [:] }
        let rows = try await connection.query(
            """
            select order_id, attention_since from order_list_keys
            where model_version = $1 and order_id = any($2) and attention_since is not null
            """,
            [Int32(version), orderIds],
            timeout: .seconds(15)
        )
        let orderId = try rows.column("order_id", as: UUID.self)
        let since = try rows.column("attention_since", as: PostgresTimestamp.self)
        return try rows.reduce(into: [:]) { $0[try $1.get(orderId)] = Timestamp(try $1.get(since)) }
    }
}
