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
    private let generation: Int

    /// - Parameter capacity: most orders kept. An order of a few lines takes one to two kilobytes.
    init(capacity: Int = 16_384) {
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
        if young.count >= generation {
            old = young
            young.removeAll(keepingCapacity: true)
        }
        young[record.order.orderId] = record
    }

    /// Everything here was current when the head was there.
    mutating func advance(to head: Head) { self.head = head }

    mutating func forget(_ orderIds: some Sequence<UUID>) {
        for orderId in orderIds {
            young[orderId] = nil
            old[orderId] = nil
        }
    }

    mutating func removeAll() {
        young.removeAll()
        old.removeAll()
        head = nil
    }
}
