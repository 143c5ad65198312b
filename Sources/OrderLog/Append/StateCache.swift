import Foundation
import Orders

/// The orders that this process last wrote or read, so that most batches need not load and decode any.
///
/// Valid only while the head, read under its lock, is where this process left it: another process that appends moves
/// the head. Dropped with the connection, since after a failure it is unknown which orders were committed.
struct StateCache {
    /// The head of the log at which all records were current; nil for an empty cache.
    private(set) var head: LogHead?
    /// Two generations: a record that is used moves to the younger one; when that is full, the older one is dropped.
    private var young: [UUID: OrderRecord] = [:]
    private var old: [UUID: OrderRecord] = [:]
    /// The estimated size of the younger generation, in bytes.
    private var youngBytes = 0
    /// The size at which the younger generation is full, in bytes.
    private let generationBytes: Int

    /// - Parameter capacityBytes: the largest estimated size of all records.
    init(capacityBytes: Int = 32 << 20) {
        generationBytes = max(1, capacityBytes / 2)
    }

    var count: Int { young.count + old.count }

    func contains(_ orderId: UUID) -> Bool { young[orderId] != nil || old[orderId] != nil }

    mutating func record(of orderId: UUID) -> OrderRecord? {
        if let record = young[orderId] { return record }
        guard let record = old.removeValue(forKey: orderId) else { return nil }
        insert(record)
        return record
    }

    /// Keeps a record. The size of one whose row has no state is unknown, and the record is not kept.
    mutating func insert(_ record: OrderRecord) {
        guard record.snapshot != nil || record.order.version == 0 else {
            remove(record.order.orderId)
            return
        }
        if youngBytes >= generationBytes {
            old = young
            young.removeAll(keepingCapacity: true)
            youngBytes = 0
        }
        let added = Self.estimatedBytes(of: record)
        if let replaced = young.updateValue(record, forKey: record.order.orderId) {
            youngBytes -= Self.estimatedBytes(of: replaced)
        }
        youngBytes += added
    }

    /// The estimated size of an order in memory, told without a walk through the order: its state's JSON grows with all
    /// that it holds, texts included.
    private static func estimatedBytes(of record: OrderRecord) -> Int {
        guard let snapshot = record.snapshot else { return 768 }
        let events = record.order.version - snapshot.version
        return 768 + 3 * (snapshot.byteCount + snapshot.tailByteCount) + 512 * events
    }

    private mutating func remove(_ orderId: UUID) {
        old[orderId] = nil
        if let removed = young.removeValue(forKey: orderId) { youngBytes -= Self.estimatedBytes(of: removed) }
    }

    /// Declares all records current at this head.
    mutating func advance(to head: LogHead) { self.head = head }

    mutating func removeAll() {
        young.removeAll()
        old.removeAll()
        youngBytes = 0
        head = nil
    }
}
