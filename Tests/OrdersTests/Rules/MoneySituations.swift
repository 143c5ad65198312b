import Testing

@testable import Orders

/// Situations of real shops in which money went wrong elsewhere.
@Suite struct MoneySituations {
    /// Two at 50.00 and tax 8.00 on top: 108.00.
    private let taxed = Step.place([lineBody("a", quantity: "2", price: money(5000))], tax: 800, total: 10_800)

    @Test func anOrderWithTaxOnTopClosesAfterACancellation() throws {
        let half = try Given(after: taxed, .confirm, .cancel(["a": 1]))
        #expect(half.due == 5400)
        let delivered = try half.after(
            .pay("m", "captured", 5400),
            .pack("p", ["a": 1]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20)
        )
        try delivered.when(.close).then([.orderClosed])
    }

    @Test func aCouponOrderHalfCancelledIsNotSentUnpaid() throws {
        let coupon = Step.place([lineBody("a", quantity: "2", price: money(5000))], discount: 2000, total: 8000)
        let half = try Given(after: coupon, .confirm, .cancel(["a": 1]), .pack("p", ["a": 1]))
        #expect(half.due == 4000)
        try half.after(.pay("m", "authorized", 3999)).when(.dispatch("p")).thenRefused(.paymentInsufficient)
        try half.after(.pay("m", "authorized", 4000)).when(.dispatch("p")).then([.parcelDispatched])
    }

    @Test func aGiftCardAndACardPayTogether() throws {
        let packed = try Given(after: twoLamps, .confirm, .pack("p", ["a": 2]))
        let both = try packed.after(
            .pay("g", "captured", 500, ref: "gift"),
            .pay("c", "authorized", 1500, ref: "card")
        )
        try both.when(.dispatch("p")).then([.parcelDispatched])
        #expect(both.staff.text("payment/status") == "partial")
        let captured = try both.after(.pay("c-2", "captured", 1500, ref: "card"))
        #expect(captured.staff.text("payment/status") == "full" && captured.anomalies.isEmpty)
    }

    @Test func aFullyRefundedOrderIsNotSent() throws {
        let refunded = try Given.packedLamps.after(.pay("r", "refunded", 2000))
        try refunded.when(.dispatch("p")).thenRefused(.paymentInsufficient)
    }

    @Test func anOrderChargedRefundedAndChargedAgainIsPaid() throws {
        let refunded = try Given.paidLamps.after(.pay("r", "refunded", 2000))
        try refunded.when(.pay("again", "captured", 2000)).then([.paymentCaptured])
        let again = try refunded.after(.pay("again", "captured", 2000))
        #expect(again.staff.text("payment/status") == "full" && again.staff.amount("payment/refundOwed") == 0)
    }

    @Test func aCaptureAfterTheCancellationTellsStaff() throws {
        let cancelled = try Given(after: twoLamps, .cancel())
        try cancelled.when(.pay("m", "captured", 2000)).then([.paymentCaptured], [.overCaptured])
        let captured = try cancelled.after(.pay("m", "captured", 2000))
        #expect(captured.staff.amount("payment/refundOwed") == 2000)
        #expect(captured.attention == ["anomaly", "refundOwed"] && captured.headline == "cancelled")
    }

    @Test func anOrderCapturedLessAfterAReturnCloses() throws {
        let returned = try Given(
            after: twoLamps,
            .confirm,
            .pay("auth", "authorized", 2000),
            .pack("p", ["a": 2]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20),
            .receive("r", ["a": 1])
        )
        #expect(returned.due == 1000)
        let captured = try returned.after(.pay("cap", "captured", 1000))
        try captured.when(.close).thenRefused(.moneyNotSettled)
        try captured.after(.pay("void", "voided", 1000)).when(.close).then([.orderClosed])
        try returned.after(.pay("cap", "captured", 1000).with("final", "true")).when(.close).then([.orderClosed])
    }

    @Test func aPriceReductionIsSaidAfterDelivery() throws {
        let lowered = try Given.deliveredLamps.after(.adjust("late", "lower", 500))
        #expect(lowered.due == 1500 && lowered.staff.amount("payment/refundOwed") == 500)
        try lowered.when(.close).thenRefused(.moneyNotSettled)
        try lowered.after(.pay("r", "refunded", 500)).when(.close).then([.orderClosed])
    }

    @Test func onePaymentIdForAuthorizationAndCaptureIsToldApart() throws {
        let authorized = try Given(after: twoLamps, .pay("m", "authorized", 2000))
        try authorized.when(.pay("m", "captured", 2000)).thenRefused(.factIdReused, naming: "kind")
        try authorized.when(.pay("m-2", "captured", 2000)).then([.paymentCaptured])
    }

    @Test func aReturnThatRefundsShippingLeavesNothingDue() throws {
        let shipped = Step.place([lineBody("a", quantity: "2", price: money(1000))], shipping: 490, total: 2490)
        let delivered = try Given(
            after: shipped,
            .confirm,
            .pay("m", "captured", 2490),
            .pack("p", ["a": 2]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20),
            .requestReturn("r", ["a": 2]),
            .approve("r")
        )
        #expect(try delivered.after(.receive("r", ["a": 2])).due == 490)
        let whole = try delivered.after(.receive("r", ["a": 2]).reducing(2490))
        #expect(whole.due == 0)
        try whole.after(.pay("back", "refunded", 2490).for(return: "r")).when(.close).then([.orderClosed])
    }
}
