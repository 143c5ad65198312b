import Foundation
import Orders

/// The orders that the commands of the next batch name.
struct NextOrders {
    /// The orders in memory, as the batch finds them.
    private(set) var known: [UUID: OrderRecord]
    /// The orders that have to be loaded.
    private(set) var unknown: Set<UUID> = []

    /// - Parameters:
    ///   - records: the orders that the batch before changes, as they are after it.
    ///   - cache: the orders in memory, of which those that the commands name count as used.
    ///   - areNewIfPlaced: an order that is not in memory is taken for new where its first command here places it.
    init(
        of entries: [AppendQueue.Entry],
        changed records: [OrderRecord],
        in cache: inout StateCache,
        areNewIfPlaced: Bool
    ) {
        var changed = [UUID: OrderRecord](minimumCapacity: records.count)
        for record in records { changed[record.order.orderId] = record }
        known = Dictionary(minimumCapacity: entries.count)
        var placed: Set<UUID> = []
        for entry in entries {
            guard let orderId = entry.knownOrderId, known[orderId] == nil, !placed.contains(orderId),
                !unknown.contains(orderId)
            else { continue }
            if let record = changed[orderId] ?? cache.record(of: orderId) {
                known[orderId] = record
            } else if areNewIfPlaced, entry.submission.command.name == .placeOrder {
                placed.insert(orderId)
            } else {
                unknown.insert(orderId)
            }
        }
    }
}
