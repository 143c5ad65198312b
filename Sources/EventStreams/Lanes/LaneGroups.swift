import Foundation
package import OrderLog
import Orders

/// The streams of a lane by what they show: those with the same view are a group and share their blocks, and an event finds
/// the groups that it concerns without looking at the others.
package struct LaneGroups: Sendable {
    struct Group: Sendable {
        let view: StreamView
        /// Places of its streams.
        var members: [Int32] = []
        /// Another group of the same order or customer.
        fileprivate(set) var next: Int32 = -1
        /// The turn in which it was last found to be concerned.
        var turn: UInt64 = 0
        var blocks = LaneBlocks()

        func shows(_ frame: EventFrame) -> Bool {
            (frame.event.data != nil || view.audience == .staff) && view.filter.matches(frame)
        }
    }

    private var groups: [Group] = []
    private var free: [Int32] = []
    private var byOrder: [UUID: Int32] = [:]
    private var byCustomer: [CustomerKey: Int32] = [:]
    private var feeds: [StreamView: Int32] = [:]
    /// Feeds that see every shop, and the others by each shop that they see.
    private var ofAllShops: Set<Int32> = []
    private var byShop: [String: Set<Int32>] = [:]

    package init() {}

    var count: Int { groups.count - free.count }

    // Without a copy; but unoptimised code (of Swift 6.3.1) looks at what is yielded when that has been freed.
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

    /// The groups that may show an event; what they leave out is for their filters to say.
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

    /// The group of a view, made if it is not there.
    package mutating func group(_ view: StreamView) -> Int32 {
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
            // It looks for itself when its tick comes; no event rings it.
            guard view.filter.tick == nil else { return made }
            guard let shops = view.filter.scope.shops else {
                ofAllShops.insert(made)
                return made
            }
            for shop in shops { byShop[shop, default: []].insert(made) }
            return made
        }
    }

    /// The group of a view of all orders; nil when there is none.
    func known(_ view: StreamView) -> Int32? { feeds[view] }

    /// Forgets a group that has no streams left.
    mutating func remove(_ index: Int32) {
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

    /// Forgets the bytes of all blocks.
    mutating func removeBlocks() {
        for index in groups.indices { groups[index].blocks.removeAll() }
    }

    private func find(_ view: StreamView, from first: Int32?) -> Int32? {
        var found: Int32?
        chain(first) { if self[$0].view == view { found = $0 } }
        return found
    }

    /// - Returns: the chain's new beginning.
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

/// A group's newest blocks by the cursor that they follow, for its streams at the same place.
struct LaneBlocks: Sendable {
    /// Most bytes kept; a block that a slow stream still sends lives on with it.
    private static let capacity = 1024 * 1024

    private var recent: [(after: Int64, block: LaneBlock)] = []
    private var size = 0

    func block(after cursor: Int64) -> LaneBlock? {
        // Most streams want the newest.
        recent.last { $0.after == cursor }?.block
    }

    mutating func insert(_ block: LaneBlock, after cursor: Int64) {
        recent.append((cursor, block))
        size += block.bytes.count + 64
        while size > Self.capacity, recent.count > 1 {
            size -= recent.removeFirst().block.bytes.count + 64
        }
    }

    mutating func removeAll() { self = LaneBlocks() }
}
