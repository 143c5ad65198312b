import StrictJSON
import Testing

@testable import Orders

@Suite struct AttentionTests {
    @Test func anOrdinaryOrderNeedsNoAttention() throws {
        for state in try [Given.paidLamps, Given.sentLamps, Given.deliveredLamps, Given.deliveredLamps.after(.close)] {
            #expect(state.attention == [] && state.staff["internal/attention"] == false)
        }
    }

    @Test func theReasonsComeInOneOrder() throws {
        let two = Step.place(
            [lineBody("a", quantity: "1", price: money(1000)), lineBody("b", quantity: "1", price: money(1000))],
            total: 2000
        )
        let delivered = try Given(
            after: two,
            .confirm,
            .pay("m", "captured", 2000),
            .pack("p", ["a": 1]),
            .pack("q", ["b": 1]),
            .dispatch("p"),
            .dispatch("q"),
            .scan("p", "d", .delivered, 20),
            .scan("q", "d", .delivered, 20),
            .close
        )
        let all = try delivered.after(
            .shortage("c", "p", ["a": 1]),
            .scan("q", "r", .returning, 30),
            .scan("q", "l", .lost, 40),
            .adjust("x", "lower", 100)
        )
        #expect(all.attention == ["parcel", "shortage", "closedWithUnits", "anomaly", "refundOwed"])
        #expect(all.staff["internal/attention"] == true && all.headline == "attention")
        #expect(all.customer["internal"] == nil)
    }

    @Test func anAnomalyIsNoHeadline() throws {
        let odd = try Given.sentLamps.after(.pay("x", "captured", 1))
        #expect(odd.headline == "shipped" && odd.attention == ["anomaly", "refundOwed"])
    }

    @Test func anAttentionOfAnEndedOrderIsStaffs() throws {
        let cancelled = try Given(after: twoLamps, .pay("m", "captured", 2000), .cancel())
        #expect(cancelled.headline == "cancelled" && cancelled.attention == ["refundOwed"])
    }

    @Test func aReopenedOrderIsNotClosedWithUnits() throws {
        let back = try Given.deliveredLamps.after(.close, .scan("p", "r", .returning, 30), .scan("p", "l", .lost, 40))
        #expect(back.attention?.contains("closedWithUnits") == true)
        let answered = try back.after(.reopen, .pack("q", ["a": 2]))
        #expect(answered.attention?.contains("closedWithUnits") == false && answered.headline == "preparing")
    }
}
