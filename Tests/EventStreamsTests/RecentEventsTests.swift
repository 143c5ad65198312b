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

    /// Chains are made anew as events come, some are of several keys, and they end at events that were dropped.
    @Test(arguments: [100, 5000, 20_000])
    func chainsOfManyKeysHaveTheFramesThatAWalkFinds(kept: Int) {
        var chance = SystemRandomNumberGenerator()
        let orders = (0..<3000).map { _ in UUID() }
        func frame(_ seq: Int64) -> EventFrame {
            let order = Int.random(in: 0..<orders.count, using: &chance)
            return Frames.frame(Frames.event(seq, order: orders[order], customer: "c-\(order % 500)"))
        }
        var recent = RecentEvents(after: 0, capacity: (Frames.frame(1).size + 16) * kept)
        func compare() {
            var (ofOrder, ofCustomer): ([UUID: [Int64]], [String: [Int64]]) = ([:], [:])
            recent.forEach(after: 0) { frame in
                ofOrder[frame.event.orderId, default: []].append(frame.event.seq)
                ofCustomer[frame.event.customer, default: []].append(frame.event.seq)
                return true
            }
            for order in orders {
                let walked = ofOrder[order] ?? []
                #expect(recent.frames(of: order, after: 0).map(\.event.seq) == walked)
                #expect(recent.newestFrame(of: order)?.event.seq == walked.last)
            }
            for customer in 0..<500 {
                let key = CustomerKey(shop: "aurora", customer: "c-\(customer)")
                #expect(recent.frames(of: key, after: 0).map(\.event.seq) == ofCustomer[key.customer] ?? [])
            }
        }
        for seq in 1...12_000 { recent.append(frame(Int64(seq))) }
        compare()
        recent.truncate(after: recent.end - 50)
        compare()
        let newest = recent.end
        for seq in 1...3000 { recent.append(frame(newest + Int64(seq))) }
        compare()
        recent.truncate(after: max(0, recent.floor - 10))
        compare()
        let first = recent.end + 1
        for seq in first..<first + 20 { recent.append(frame(seq)) }
        compare()
    }
}
