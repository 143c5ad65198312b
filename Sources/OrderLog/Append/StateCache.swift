import Foundation
import Orders

/// Orders as this process last wrote or read them, so that most batches need not load and decode any.
///
/// Good only while the head, read under its lock, is what this process left or saw last: whoever else has appended since
/// moved it. Dropped with the connection, since after a failure nobody knows what was committed.
struct StateCache {
    /// Where the log's head was when everything here was current.
    struct Head: Equatable {
        let epoch: String
        let seq: Int64
        /// Moves without the rest when current state was built anew from the log.
        let recordedAt: Int64
    }

    private(set) var head: Head?
    /// Two generations: what is used moves to the younger one, and when that is full the older one is forgotten.
    private var young: [UUID: OrderRecord] = [:]
    private var old: [UUID: OrderRecord] = [:]
    /// What the younger one holds, in bytes, roughly.
    private var weight = 0
    private let generation: Int

    /// - Parameter capacity: about how many bytes of orders are kept at most.
    init(capacity: Int = 32 << 20) {
        generation = max(1, capacity / 2)
    }

    var count: Int { young.count + old.count }

    func contains(_ orderId: UUID) -> Bool { young[orderId] != nil || old[orderId] != nil }

    mutating func record(of orderId: UUID) -> OrderRecord? {
        if let record = young[orderId] { return record }
        guard let record = old.removeValue(forKey: orderId) else { return nil }
        insert(record)
        return record
    }

    mutating func insert(_ record: OrderRecord) {
        if weight >= generation {
            old = young
            young.removeAll(keepingCapacity: true)
            weight = 0
        }
        let added = Self.weight(of: record.order)
        if let replaced = young.updateValue(record, forKey: record.order.orderId) {
            weight -= Self.weight(of: replaced.order)
        }
        weight += added
    }

    /// Bytes of memory, roughly: what a usual order's parts take, long texts aside.
    private static func weight(of order: Order) -> Int {
        let scans = order.parcels.reduce(0) { $0 + $1.scans.count + $1.lines.count }
        let others = order.holds.count + order.returns.count + order.notes.count + order.anomalies.count
        return 768 + 256 * (order.lines.count + order.parcels.count + order.payment.reports.count + others) + 192
            * scans
    }

    /// Everything here was current when the head was there.
    mutating func advance(to head: Head) { self.head = head }

    mutating func removeAll() {
        young.removeAll()
        old.removeAll()
        weight = 0
        head = nil
    }
}
