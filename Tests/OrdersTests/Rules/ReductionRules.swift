import StrictJSON
import Testing

@testable import Orders

/// The fall of what is due by cancellations and receipts.
@Suite struct ReductionRules {
    private let lamps = Step.place(
        [lineBody("a", quantity: "2", price: money(1000))],
        shipping: 300,
        total: 2300
    ).with("fees", #"[{"feeId":"wrap","name":"Gift wrap","amount":\#(money(200))}]"#).with("total", money(2500))

    @Test func dueBeginsAsTheTotal() throws {
        let order = try Given(after: lamps)
        #expect(order.due == 2500 && order.staff.amount("total") == 2500)
        #expect(order.staff.amount("fees/wrap/amount") == 200)
    }

    @Test func theLastLiveUnitCancelledTakesAllThatIsLeft() throws {
        let one = try Given(after: lamps, .cancel(["a": 1]))
        #expect(one.due == 1500)
        let outcome = try one.when(.cancel())
        outcome.then([.itemsCancelled, .orderCancelled])
        #expect(try outcome.data(.itemsCancelled).amount("reduction") == 1500)
        #expect(try one.after(.cancel()).due == 0)
        #expect(try Given(after: lamps, .cancel()).due == 0)
    }

    @Test func unitsCancelledBesideDeliveredOnesTakeNoShippingAlong() throws {
        let delivered = try Given(
            after: lamps,
            .confirm,
            .pay("m", "captured", 2500),
            .pack("p", ["a": 1]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20)
        )
        try delivered.when(.cancel()).then([.itemsCancelled])
        #expect(try delivered.after(.cancel()).due == 1500)
    }

    @Test func aCancellationReducesByWhatItSays() throws {
        let order = try Given(after: lamps)
        #expect(try order.after(.cancel(["a": 1]).reducing(0)).due == 2500)
        #expect(try order.after(.cancel(["a": 1]).reducing(1300)).due == 1200)
        #expect(try order.after(.cancel().reducing(2000)).due == 500)
        #expect(try order.when(.cancel(["a": 1]).reducing(1300)).data(.itemsCancelled).amount("reduction") == 1300)
        try order.when(.cancel(["a": 1]).reducing(2501)).thenRefused(.reductionAboveDue)
        try order.when(.cancel(["a": 1]).reducing(2500)).then([.itemsCancelled])
    }

    @Test func aReductionInAnotherCurrencyIsRefused() throws {
        let foreign = Step.cancel(["a": 1]).with("reduction", money(100, "USD"))
        try Given(after: lamps).when(foreign).thenRefused(.currencyMismatch)
    }

    @Test func aWorthAboveDueReducesByDue() throws {
        let lowered = try Given(after: twoLamps, .adjust("x", "lower", 1500))
        #expect(try lowered.when(.cancel(["a": 1])).data(.itemsCancelled).amount("reduction") == 500)
        #expect(try lowered.after(.cancel(["a": 1])).due == 0)
    }

    @Test func receivedUnitsReduceByTheirWorth() throws {
        let delivered = try Given.deliveredLamps
        let outcome = try delivered.when(.receive("r", ["a": 1]))
        #expect(try outcome.data(.returnReceived).amount("reduction") == 1000)
        #expect(try outcome.event(.returnReceived).internal["reductionSaid"] == nil)
        let received = try delivered.after(.receive("r", ["a": 1]))
        #expect(received.due == 1000 && received.staff.amount("payment/refundOwed") == 1000)
    }

    @Test func aReceiptReducesByWhatItSaysAndNeverRefuses() throws {
        let delivered = try Given.deliveredLamps
        let fee = try delivered.when(.receive("r", ["a": 1]).reducing(850))
        #expect(try fee.data(.returnReceived).amount("reduction") == 850)
        #expect(try fee.event(.returnReceived).internal.amount("reductionSaid") == 850)
        #expect(try delivered.after(.receive("r", ["a": 1]).reducing(850)).due == 1150)
        let excess = try delivered.when(.receive("r", ["a": 1]).reducing(9999))
        #expect(try excess.data(.returnReceived).amount("reduction") == 2000)
        #expect(try delivered.after(.receive("r", ["a": 1]).reducing(9999)).due == 0)
    }

    @Test func unitsThatWereNeverDeliveredReduceNothing() throws {
        let sent = try Given.sentLamps
        let received = try sent.after(.receive("r", ["a": 1]))
        #expect(received.due == 2000 && received.units() == "shipped 2")
        let three = try Given.deliveredLamps.after(.receive("r", ["a": 3]))
        #expect(three.due == 0 && three.units() == "delivered 2, returned 2")
    }

    @Test func receivingTheLastUnitsLeavesShippingDue() throws {
        let delivered = try Given(
            after: lamps,
            .confirm,
            .pay("m", "captured", 2500),
            .pack("p", ["a": 2]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20)
        )
        #expect(try delivered.after(.receive("r", ["a": 2])).due == 500)
    }
}
