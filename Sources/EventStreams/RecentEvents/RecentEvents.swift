import DequeModule
package import Foundation
package import OrderLog

/// The newest events of the log in memory, without holes and bounded in bytes.
///
/// `StreamHub` keeps one behind its lock, and each lane a `RecentEventsMirror` of it with the same frames.
package struct RecentEvents: Sendable {
    private struct Entry {
        let frame: EventFrame
        let orderHash: UInt32
        let customerHash: UInt32
        /// The event before this one in the chain of the order; it may be dropped by now. 0 where there was none.
        var previousOfOrder: Int64 = 0
        /// The same for the customer.
        var previousOfCustomer: Int64 = 0

        init(_ frame: EventFrame) {
            self.frame = frame
            orderHash = RecentEvents.hash(frame.event.orderId)
            customerHash = RecentEvents.hash(frame.event.customerKey)
        }
    }

    private struct Chains {
        var orders = EventChains()
        var customers = EventChains()

        mutating func link(_ entry: inout Entry) {
            let seq = entry.frame.event.seq
            entry.previousOfOrder = orders.add(seq, to: entry.orderHash)
            entry.previousOfCustomer = customers.add(seq, to: entry.customerHash)
        }
    }

    /// The event before the oldest one in memory. A stream whose cursor is less must read the log.
    package private(set) var floor: Int64
    private var entries: Deque<Entry> = []
    private var chains = Chains()
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
        var entry = Entry(frame)
        if chains.orders.needsGrowth(for: entries.count + 1) { makeChains(for: entries.count + 1) }
        chains.link(&entry)
        entries.append(entry)
        size += frame.size
        while size > capacity, entries.count > 1, let oldest = entries.popFirst() {
            size -= oldest.frame.size
            floor += 1
        }
    }

    /// Makes the chains anew, for more events.
    private mutating func makeChains(for count: Int) {
        chains.orders.reset(for: count)
        chains.customers.reset(for: count)
        for index in entries.indices { chains.link(&entries[index]) }
    }

    /// Removes all events after `seq`: the log no longer has them.
    package mutating func truncate(after seq: Int64) {
        while end > seq, let newest = entries.popLast() {
            size -= newest.frame.size
            chains.orders.removeNewest(of: newest.orderHash, leaving: newest.previousOfOrder)
            chains.customers.removeNewest(of: newest.customerHash, leaving: newest.previousOfCustomer)
        }
        guard floor > seq else { return }
        floor = seq
        // The chains begin at events that were dropped, of which some are above the new floor.
        chains = Chains()
    }

    /// Calls `body` with the frames after `cursor`, oldest first, until `body` returns false.
    package func forEach(after cursor: Int64, _ body: (EventFrame) -> Bool) {
        var index = Int(max(cursor, floor) - floor)
        while index < entries.count, body(entries[index].frame) { index += 1 }
    }

    /// An order's frames after `cursor`, oldest first, found with few of other orders.
    package func frames(of orderId: UUID, after cursor: Int64) -> [EventFrame] {
        var frames: [EventFrame] = []
        followOrder(orderId, after: cursor) { frame in
            frames.append(frame)
            return true
        }
        return frames.reversed()
    }

    /// A customer's frames after `cursor`, oldest first, found in the same way. Texts of customers that are canonically
    /// equivalent count as one here; the view tells them apart.
    package func frames(of customer: CustomerKey, after cursor: Int64) -> [EventFrame] {
        let hash = Self.hash(customer)
        var frames: [EventFrame] = []
        follow(chains.customers.newest(of: hash), after: cursor, by: \.previousOfCustomer) { entry in
            if entry.customerHash == hash, entry.frame.event.customerKey == customer { frames.append(entry.frame) }
            return true
        }
        return frames.reversed()
    }

    /// An order's newest frame; nil where none is in memory.
    package func newestFrame(of orderId: UUID) -> EventFrame? {
        var newest: EventFrame?
        followOrder(orderId, after: floor) { frame in
            newest = frame
            return false
        }
        return newest
    }

    /// Calls `body` with an order's frames after `cursor`, newest first, until `body` returns false.
    private func followOrder(_ orderId: UUID, after cursor: Int64, _ body: (EventFrame) -> Bool) {
        let hash = Self.hash(orderId)
        follow(chains.orders.newest(of: hash), after: cursor, by: \.previousOfOrder) { entry in
            entry.orderHash == hash && entry.frame.event.orderId == orderId ? body(entry.frame) : true
        }
    }

    private static func hash(_ key: some Hashable) -> UInt32 { UInt32(truncatingIfNeeded: key.hashValue) }

    /// Calls `body` with the entries of a chain after `cursor`, newest first, until `body` returns false.
    ///
    /// - Parameter previous: the event before another one in the chain.
    private func follow(
        _ newest: Int64,
        after cursor: Int64,
        by previous: (Entry) -> Int64,
        _ body: (Entry) -> Bool
    ) {
        let end = max(cursor, floor, 0)
        var seq = newest
        while seq > end {
            let entry = entries[Int(seq - floor) - 1]
            guard body(entry) else { return }
            seq = previous(entry)
        }
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
