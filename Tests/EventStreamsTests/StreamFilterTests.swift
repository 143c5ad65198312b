import OrderLog
import Orders
import Testing

@testable import EventStreams

@Suite struct StreamFilterTests {
    @Test func filtersMatchHeadlineTypeAndAttention() {
        let event = Frames.event(1, type: "DeliveryFailed", before: "outForDelivery", status: "attention")
        let frame = Frames.frame(event)
        func matches(_ change: (inout StreamFilter) -> Void) -> Bool {
            var filter = StreamFilter(scope: .everything)
            change(&filter)
            return filter.matches(frame)
        }
        #expect(matches { $0.statuses = ["attention"] })
        #expect(matches { $0.statuses = ["outForDelivery"] })
        #expect(!matches { $0.statuses = ["delivered"] })
        #expect(matches { $0.types = ["DeliveryFailed"] })
        #expect(!matches { $0.types = ["OrderPlaced"] })
        #expect(matches { $0.attentionOnly = true })
        #expect(!StreamFilter(scope: ReadScope(shops: nil, customer: "cust-2")).matches(frame))
    }

    @Test func otherShopsAndOrdersAreNotShown() {
        let stranger = LaneBench.view { $0.scope = ReadScope(shops: ["nordwind"]) }
        #expect(!stranger.shows(Frames.frame(1)))
        #expect(LaneBench.view(order: Frames.orders[1]).shows(Frames.frame(4)))
        #expect(!LaneBench.view(order: Frames.orders[1]).shows(Frames.frame(5)))
    }

    @Test func customersAreNotShownHiddenEvents() {
        let (hidden, open) = (Frames.frame(1, data: nil), Frames.frame(2))
        #expect(!LaneBench.view(audience: .customer).shows(hidden))
        #expect(LaneBench.view(audience: .customer).shows(open))
        #expect(LaneBench.view().shows(hidden))
    }
}
