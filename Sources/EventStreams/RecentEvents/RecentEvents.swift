import DequeModule
package import Foundation
package import OrderLog

/// The newest events of the log in memory, without holes and bounded in bytes.
///
/// `StreamHub` keeps one behind its lock, and each lane a `RecentEventsMirror` of it with the same frames.
package struct RecentEvents: Sendable {
    private struct Entry {
        let frame: EventFrame
        /// The order's event before this one, if it was in memory when this one came; else 0.
        let previousOfOrder: Int64
        /// The same for the customer.
        let previousOfCustomer: Int64
    }

    /// The event before the oldest one in memory. A stream whose cursor is less must read the log.
    package private(set) var floor: Int64
    private var entries: Deque<Entry> = []
    private var newestOfOrder: [UUID: Int64] = [:]
    private var newestOfCustomer: [CustomerKey: Int64] = [:]
    private var size = 0
    private let capacity: Int

    /// - Parameters:
    ///   - seq: the event that the first one follows.
    ///   - capacity: the most bytes kept; the newest frame stays whatever its size.
    package init(after seq: Int64, capacity: Int) {
        floor = seq
        self.capacity = capacity
    }

    /// The newest event; `floor` when there is none.
    package var end: Int64 { floor + Int64(entries.count) }
    /// The memory of the frames, by their `size`.
    package var byteCount: Int { size }
    package var bounds: StreamState.Bounds { StreamState.Bounds(floor: floor, end: end) }

    /// Adds the next event. Events that are in memory already are ignored. An event that leaves a hole replaces all
    /// others.
    package mutating func append(_ frame: EventFrame) {
        let seq = frame.event.seq
        guard seq > end else { return }
        if seq != end + 1 { self = RecentEvents(after: seq - 1, capacity: capacity) }
        let previous = newestOfOrder.updateValue(seq, forKey: frame.event.orderId)
        let previousOfCustomer = newestOfCustomer.updateValue(seq, forKey: frame.event.customerKey)
        entries.append(
            Entry(frame: frame, previousOfOrder: previous ?? 0, previousOfCustomer: previousOfCustomer ?? 0)
        )
        size += frame.size
        while size > capacity, entries.count > 1, let oldest = entries.popFirst() {
            size -= oldest.frame.size
            floor += 1
            let orderId = oldest.frame.event.orderId
            if newestOfOrder[orderId] == floor { newestOfOrder[orderId] = nil }
            let customer = oldest.frame.event.customerKey
            if newestOfCustomer[customer] == floor { newestOfCustomer[customer] = nil }
        }
    }

    /// Removes all events after `seq`: the log no longer has them.
    package mutating func truncate(after seq: Int64) {
        while end > seq, let newest = entries.popLast() {
            size -= newest.frame.size
            let before = newest.previousOfOrder
            newestOfOrder[newest.frame.event.orderId] = before > floor ? before : nil
            let earlier = newest.previousOfCustomer
            newestOfCustomer[newest.frame.event.customerKey] = earlier > floor ? earlier : nil
        }
        if floor > seq { floor = seq }
    }

    /// Calls `body` with the frames after `cursor`, oldest first, until `body` returns false.
    package func forEach(after cursor: Int64, _ body: (EventFrame) -> Bool) {
        var index = Int(max(cursor, floor) - floor)
        while index < entries.count, body(entries[index].frame) { index += 1 }
    }

    /// An order's frames after `cursor`, oldest first, found without a search through those of other orders.
    package func frames(of orderId: UUID, after cursor: Int64) -> [EventFrame] {
        chain(from: newestOfOrder[orderId], after: cursor) { $0.previousOfOrder }
    }

    /// A customer's frames after `cursor`, oldest first, found in the same way. Texts of customers that are canonically
    /// equivalent count as one here; the view tells them apart.
    package func frames(of customer: CustomerKey, after cursor: Int64) -> [EventFrame] {
        chain(from: newestOfCustomer[customer], after: cursor) { $0.previousOfCustomer }
    }

    /// An order's newest frame; nil where none is in memory.
    package func newestFrame(of orderId: UUID) -> EventFrame? {
        newestOfOrder[orderId].map { entries[Int($0 - floor) - 1].frame }
    }

    private func chain(from newest: Int64?, after cursor: Int64, _ previous: (Entry) -> Int64) -> [EventFrame] {
        var frames: [EventFrame] = []
        var seq = newest ?? 0
        while seq > max(cursor, floor) {
            let entry = entries[Int(seq - floor) - 1]
            frames.append(entry.frame)
            seq = previous(entry)
        }
        return frames.reversed()
    }

    /// The first frames after `cursor`.
    ///
    /// - Parameter limit: the most frames returned.
    package func frames(after cursor: Int64, limit: Int = .max) -> [EventFrame] {
        let start = Int(max(cursor, floor) - floor)
        guard start < entries.count else { return [] }
        return entries[start..<min(entries.count, start.addingReportingOverflow(limit).overflow ? .max : start + limit)]
            .map(\.frame)
    }
}

extension LoggedEvent {
    fileprivate var customerKey: CustomerKey { CustomerKey(shop: shop, customer: customer) }
}
