import Foundation
package import OrderLog
import Orders

/// The groups of a lane's streams. Streams with the same view are a group and share blocks. An event finds the groups
/// that it concerns without a search through the others.
package struct LaneGroups: Sendable {
    struct Group: Sendable {
        let view: StreamView
        /// The slots of the group's streams.
        fileprivate(set) var members: [Int32] = []
        /// Another group of the same order or customer; -1 for none.
        fileprivate(set) var next: Int32 = -1
        /// The last turn in which an event concerned the group.
        fileprivate var turn: UInt64 = 0
        var blocks = LaneBlockCache()

        /// True when the group's streams show the event.
        func shows(_ frame: EventFrame) -> Bool {
            (frame.event.data != nil || view.audience == .staff) && view.filter.matches(frame)
        }
    }

    private var groups: [Group] = []
    private var free: [Int32] = []
    private var byOrder: [UUID: Int32] = [:]
    private var byCustomer: [CustomerKey: Int32] = [:]
    private var feeds: [StreamView: Int32] = [:]
    /// Feeds of all shops.
    private var ofAllShops: Set<Int32> = []
    /// Other feeds, by each of their shops.
    private var byShop: [String: Set<Int32>] = [:]
    /// The number of calls of `concerned(byAnyOf:)`.
    private var turn: UInt64 = 0

    package init() {}

    /// The number of groups.
    var count: Int { groups.count - free.count }

    // Accesses without a copy. Unoptimised code (Swift 6.3.1) reads what is yielded after it was freed, hence the
    // getter.
    #if DEBUG
        subscript(index: Int32) -> Group {
            get { groups[Int(index)] }
            _modify { yield &groups[Int(index)] }
        }
    #else
        subscript(index: Int32) -> Group {
            _read { yield groups[Int(index)] }
            _modify { yield &groups[Int(index)] }
        }
    #endif

    /// The groups that show any of the events, each once, with the time at which the first of its events was recorded.
    mutating func concerned(byAnyOf frames: [EventFrame]) -> [(group: Int32, oldest: Timestamp)] {
        turn += 1
        var found: [(group: Int32, oldest: Timestamp)] = []
        for frame in frames {
            for group in concerned(by: frame.event) {
                guard self[group].turn != turn, self[group].shows(frame) else { continue }
                self[group].turn = turn
                found.append((group, frame.event.recordedAt))
            }
        }
        return found
    }

    /// The groups that an event may concern. Their filters decide whether they show it.
    package func concerned(by event: LoggedEvent) -> [Int32] {
        var found = Array(ofAllShops)
        forEachOther(event) { found.append($0) }
        return found
    }

    private func forEachOther(_ event: LoggedEvent, _ body: (Int32) -> Void) {
        if !byOrder.isEmpty { chain(byOrder[event.orderId], body) }
        if !byCustomer.isEmpty {
            chain(byCustomer[CustomerKey(shop: event.shop, customer: event.customer)], body)
        }
        if !byShop.isEmpty, let groups = byShop[event.shop] { groups.forEach(body) }
    }

    private func chain(_ first: Int32?, _ body: (Int32) -> Void) {
        var index = first ?? -1
        while index >= 0 {
            body(index)
            index = self[index].next
        }
    }

    /// The group of a view, which is made if there is none.
    package mutating func group(for view: StreamView) -> Int32 {
        switch view.filter.subject {
        case .order(let orderId):
            if let found = find(view, from: byOrder[orderId]) { return found }
            let made = make(view)
            self[made].next = byOrder.updateValue(made, forKey: orderId) ?? -1
            return made
        case .customer(let customer):
            if let found = find(view, from: byCustomer[customer]) { return found }
            let made = make(view)
            self[made].next = byCustomer.updateValue(made, forKey: customer) ?? -1
            return made
        case .feed, .conflatedFeed:
            if let found = feeds[view] { return found }
            let made = make(view)
            feeds[view] = made
            // A conflated stream looks for events at its ticks; no event wakes it.
            guard view.filter.tick == nil else { return made }
            guard let shops = view.filter.scope.shops else {
                ofAllShops.insert(made)
                return made
            }
            for shop in shops { byShop[shop, default: []].insert(made) }
            return made
        }
    }

    /// The group of a feed's view; nil when there is none.
    func feed(for view: StreamView) -> Int32? { feeds[view] }

    /// Adds a stream to a group.
    ///
    /// - Returns: the index of the stream among the group's members.
    mutating func join(_ group: Int32, slot: Int) -> Int32 {
        self[group].members.append(Int32(slot))
        return Int32(self[group].members.count - 1)
    }

    /// Removes a member from a group. The group's last member takes its index.
    ///
    /// - Returns: the slot of the stream that has the index now; nil when no other stream moved.
    mutating func leave(_ group: Int32, member: Int32) -> Int? {
        let last = self[group].members.removeLast()
        let isMoved = Int(member) < self[group].members.count
        if isMoved { self[group].members[Int(member)] = last }
        if self[group].members.isEmpty { remove(group) }
        return isMoved ? Int(last) : nil
    }

    /// Removes a group without streams.
    private mutating func remove(_ index: Int32) {
        let view = self[index].view
        switch view.filter.subject {
        case .order(let orderId): byOrder[orderId] = unchain(index, from: byOrder[orderId])
        case .customer(let customer): byCustomer[customer] = unchain(index, from: byCustomer[customer])
        case .feed, .conflatedFeed:
            feeds[view] = nil
            ofAllShops.remove(index)
            for shop in view.filter.scope.shops ?? [] {
                byShop[shop]?.remove(index)
                if byShop[shop]?.isEmpty == true { byShop[shop] = nil }
            }
        }
        groups[Int(index)].blocks.removeAll()
        free.append(index)
    }

    // MARK: Blocks

    /// The cached block that follows a cursor.
    ///
    /// - Parameter end: the newest event. A conflated stream's block must reach it: one that ends at another stream's
    ///   tick would make two ticks of one.
    func cachedBlock(of group: Int32, after cursor: Int64, end: Int64) -> LaneBlock? {
        guard let block = self[group].blocks.block(after: cursor) else { return nil }
        return self[group].view.filter.tick != nil && block.through < end ? nil : block
    }

    /// Caches a block where the group has several streams.
    ///
    /// - Returns: the block.
    mutating func cache(_ block: LaneBlock, of group: Int32, after cursor: Int64) -> LaneBlock {
        if self[group].members.count > 1 { self[group].blocks.insert(block, after: cursor) }
        return block
    }

    /// The block that was read from the log for a conflated stream; nil when none was.
    mutating func takeConflatedBlock(of group: Int32, after cursor: Int64) -> LaneBlock? {
        guard let block = self[group].blocks.block(after: cursor), block.through > cursor else { return nil }
        if self[group].members.count == 1 { self[group].blocks.removeAll() }
        return block
    }

    /// Removes all cached blocks.
    mutating func removeBlocks() {
        for index in groups.indices { groups[index].blocks.removeAll() }
    }

    private func find(_ view: StreamView, from first: Int32?) -> Int32? {
        var found: Int32?
        chain(first) { if self[$0].view == view { found = $0 } }
        return found
    }

    /// - Returns: the first group of the chain now; nil when the chain is empty.
    private mutating func unchain(_ index: Int32, from first: Int32?) -> Int32? {
        let next = self[index].next
        guard let first, first != index else { return next >= 0 ? next : nil }
        var before = first
        while self[before].next != index { before = self[before].next }
        self[before].next = next
        return first
    }

    private mutating func make(_ view: StreamView) -> Int32 {
        let group = Group(view: view)
        guard let index = free.popLast() else {
            groups.append(group)
            return Int32(groups.count - 1)
        }
        groups[Int(index)] = group
        return index
    }
}
