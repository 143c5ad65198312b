import EventStreams
import Foundation
import OrderLog
import Testing

@Suite struct RecentEventsTests {
    @Test func theOldestFramesAreRemovedAtTheCapacity() {
        let frame = Frames.frame(1)
        var recent = RecentEvents(after: 0, capacity: frame.size * 3)
        for seq in 1...10 { recent.append(Frames.frame(Int64(seq))) }
        #expect(recent.end == 10)
        #expect(recent.floor >= 7)
        #expect(recent.byteCount <= frame.size * 3)
    }

    @Test func theNewestFrameStaysWhateverItsSize() {
        var recent = RecentEvents(after: 0, capacity: 1)
        recent.append(Frames.frame(1))
        #expect(recent.floor == 0)
        #expect(recent.end == 1)
    }

    @Test func framesThatArePresentAreIgnored() {
        var recent = RecentEvents(after: 5, capacity: 1 << 20)
        for seq: Int64 in [4, 5, 6, 6, 7] { recent.append(Frames.frame(seq)) }
        var seen: [Int64] = []
        recent.forEach(after: 0) { frame in
            seen.append(frame.event.seq)
            return true
        }
        #expect(seen == [6, 7])
    }

    @Test func aHoleRemovesAllEarlierEvents() {
        var recent = RecentEvents(after: 0, capacity: 1 << 20)
        recent.append(Frames.frame(1))
        recent.append(Frames.frame(5))
        #expect(recent.floor == 4)
        #expect(recent.end == 5)
    }

    @Test func truncationRemovesLaterEvents() {
        var recent = RecentEvents(after: 0, capacity: 1 << 20)
        for seq in 1...5 { recent.append(Frames.frame(Int64(seq))) }
        recent.truncate(after: 3)
        #expect(recent.end == 3)
        recent.append(Frames.frame(4))
        #expect(recent.end == 4)
        recent.truncate(after: -1)
        #expect(recent.floor == -1)
        #expect(recent.byteCount == 0)
        for order in Frames.orders { #expect(recent.newestFrame(of: order) == nil) }
        for seq: Int64 in 0...9 { recent.append(Frames.frame(seq)) }
        for order in Frames.orders {
            let frames = recent.frames(of: order, after: -1)
            #expect(frames.allSatisfy { $0.event.orderId == order })
        }
    }

    /// Each capacity, cursor and truncation: the chain of an order or a customer is what a walk over all events finds.
    @Test func chainsHaveTheFramesThatAWalkFinds() {
        let customers = ["a", "b"]
        func frame(_ seq: Int64) -> EventFrame {
            Frames.frame(Frames.event(seq, customer: customers[Int(seq / 2 % 2)]))
        }
        let size = Frames.frame(1).size
        for kept in 1...7 {
            for end in 0...10 {
                var recent = RecentEvents(after: 0, capacity: (size + 8) * kept)
                for seq in 1...9 { recent.append(frame(Int64(seq))) }
                recent.truncate(after: Int64(end))
                recent.append(frame(recent.end + 1))
                for cursor in 0...recent.end {
                    for order in Frames.orders {
                        var walked: [Int64] = []
                        recent.forEach(after: cursor) { frame in
                            if frame.event.orderId == order { walked.append(frame.event.seq) }
                            return true
                        }
                        #expect(recent.frames(of: order, after: cursor).map(\.event.seq) == walked)
                    }
                    for customer in customers {
                        var walked: [Int64] = []
                        recent.forEach(after: cursor) { frame in
                            if frame.event.customer == customer { walked.append(frame.event.seq) }
                            return true
                        }
                        let key = CustomerKey(shop: "aurora", customer: customer)
                        #expect(recent.frames(of: key, after: cursor).map(\.event.seq) == walked)
                    }
                    let all = recent.frames(after: cursor).map(\.event.seq)
                    #expect(all == Array(max(cursor, recent.floor)..<recent.end).map { $0 + 1 })
                    #expect(recent.frames(after: cursor, limit: 2).map(\.event.seq) == Array(all.prefix(2)))
                }
            }
        }
    }

    /// Chains are made anew as events come, some are of several keys, and they lead to events that were dropped.
    @Test(arguments: [100, 5000, 20_000])
    func chainsOfManyKeysHaveTheFramesThatAWalkFinds(kept: Int) {
        var chance = SystemRandomNumberGenerator()
        let orders = (0..<3000).map { _ in UUID() }
        func frame(_ seq: Int64, text: String = "") -> EventFrame {
            let order = Int.random(in: 0..<orders.count, using: &chance)
            let data = "{\"text\":\"\(text)\"}"
            return Frames.frame(Frames.event(seq, order: orders[order], customer: "c-\(order % 500)", data: data))
        }
        var recent = RecentEvents(after: 0, capacity: (Frames.frame(1).size + 64) * kept)
        func compare() {
            for cursor in [0, (recent.floor + recent.end) / 2] {
                var (ofOrder, ofCustomer): ([UUID: [Int64]], [String: [Int64]]) = ([:], [:])
                recent.forEach(after: cursor) { frame in
                    ofOrder[frame.event.orderId, default: []].append(frame.event.seq)
                    ofCustomer[frame.event.customer, default: []].append(frame.event.seq)
                    return true
                }
                let wrongOrders = orders.filter { order in
                    let walked = ofOrder[order] ?? []
                    let newest = recent.newestFrame(of: order)?.event.seq
                    return recent.frames(of: order, after: cursor).map(\.event.seq) != walked
                        || (cursor == 0 && newest != walked.last)
                }
                #expect(wrongOrders == [])
                let wrongCustomers = (0..<500).map { "c-\($0)" }.filter { customer in
                    let key = CustomerKey(shop: "aurora", customer: customer)
                    return recent.frames(of: key, after: cursor).map(\.event.seq) != ofCustomer[customer] ?? []
                }
                #expect(wrongCustomers == [])
            }
        }
        func append(_ count: Int64, text: String = "") {
            for seq in recent.end + 1...recent.end + count { recent.append(frame(seq, text: text)) }
            compare()
        }
        // Large frames first, so that chains are made anew while events are dropped.
        append(2000, text: String(repeating: "x", count: 3000))
        append(12_000)
        recent.truncate(after: recent.end - 50)
        compare()
        append(3000)
        recent.truncate(after: max(0, recent.floor - 10))
        compare()
        append(20)
    }
}
