import OrderLog
import Testing

@testable import LiveStreams

@Suite struct SubscriptionIndexTests {
    private let mine = CustomerKey(shop: "aurora", customer: "cust-1")

    private func subscription(_ subject: StreamSubject) -> Subscription { Subscription(subject: subject) {} }

    @Test func anEventFindsItsOrdersItsCustomersAndTheFeedsStreams() {
        let subjects: [StreamSubject] = [
            .order(Frames.orders[1]), .order(Frames.orders[2]), .customer(mine),
            .customer(CustomerKey(shop: "nordwind", customer: "cust-1")),
            .customer(CustomerKey(shop: "aurora", customer: "cust-2")), .feed,
        ]
        var index = SubscriptionIndex()
        for subject in subjects { _ = index.insert(subscription(subject)) }
        let concerned = index.concerned(by: [Frames.frame(1)])
        #expect(Set(concerned.map(\.subject)) == [.order(Frames.orders[1]), .customer(mine), .feed])
        #expect(index.concerned(by: [Frames.frame(1), Frames.frame(2)]).count == 4)
        #expect(index.concerned(by: [Frames.frame(0), Frames.frame(3)]).count == 2)
    }

    @Test func whoLeavesIsFoundNoMore() {
        var index = SubscriptionIndex()
        let first = index.insert(subscription(.customer(mine)))
        let second = index.insert(subscription(.customer(mine)))
        #expect(index.concerned(by: [Frames.frame(1)]).count == 2)
        index.remove(first)
        index.remove(first)
        #expect(index.concerned(by: [Frames.frame(1)]).count == 1)
        index.remove(second)
        #expect(index.concerned(by: [Frames.frame(1)]).isEmpty)
        #expect(index.count == 0 && index.all.isEmpty)
    }

    @Test func aCustomersFilterIsItsScope() {
        let filter = StreamFilter(customer: mine)
        #expect(filter.subject == .customer(mine))
        #expect(filter.matches(Frames.frame(1)))
        #expect(!filter.matches(Frames.frame(Frames.event(1, shop: "nordwind"))))
        #expect(!filter.matches(Frames.frame(Frames.event(1, customer: "cust-2"))))
    }
}
