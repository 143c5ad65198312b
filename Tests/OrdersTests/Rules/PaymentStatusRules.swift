import StrictJSON
import Testing

@testable import Orders

@Suite struct PaymentStatusRules {
    private func status(_ payments: Step...) throws -> String? {
        try Given(after: twoLamps).after(payments).staff.text("payment/status")
    }

    @Test func theStatusComparesPaidWithDue() throws {
        #expect(try status() == "none")
        #expect(try status(.pay("1", "authorized", 2000)) == "none")
        #expect(try status(.pay("1", "captured", 1)) == "partial")
        #expect(try status(.pay("1", "captured", 1999)) == "partial")
        #expect(try status(.pay("1", "captured", 2000)) == "full")
        #expect(try status(.pay("1", "captured", 2001)) == "over")
        #expect(try status(.pay("1", "captured", 2000), .pay("2", "refunded", 2000)) == "none")
        #expect(try status(.pay("1", "captured", 100), .pay("2", "refunded", 200)) == "none")
        #expect(try status(.pay("1", "captured", 2000), .pay("2", "chargedBack", 500)) == "partial")
        #expect(try status(.cancel()) == "full")
        #expect(try status(.cancel(), .pay("1", "captured", 1)) == "over")
    }

    @Test func theSumsFollowTheReports() throws {
        let payment = try Given(
            after: twoLamps,
            .pay("1", "authorized", 2000),
            .pay("2", "captured", 1500),
            .pay("3", "voided", 500),
            .pay("4", "refunded", 300),
            .pay("5", "chargedBack", 200),
            .pay("6", "chargebackReversed", 100),
            .pay("7", "failed", 77)
        ).staff
        let sums = ["authorized", "captured", "voided", "refunded", "chargedBack", "chargebackReversed"].map {
            payment.amount("payment/\($0)")
        }
        #expect(sums == [2000, 1500, 500, 300, 200, 100])
        #expect(payment.size("payment/reports") == 7 && payment["payment/reports/1/retracted"] == false)
    }

    @Test(arguments: [
        ("authorized", EventType.paymentAuthorized), ("captured", .paymentCaptured), ("voided", .paymentVoided),
        ("failed", .paymentFailed), ("refunded", .paymentRefunded), ("chargedBack", .paymentChargedBack),
        ("chargebackReversed", .chargebackReversed),
    ])
    func aReportIsTakenInEveryState(kind: String, type: EventType) throws {
        let states = try [
            Given(after: twoLamps), Given(after: twoLamps, .cancel()), Given.deliveredLamps,
            Given.deliveredLamps.after(.close), Given(after: twoLamps, .hold("h")),
        ]
        for state in states {
            #expect(try state.when(.pay("x", kind, 0)).events.map(\.type) == [type])
        }
    }

    @Test func aCaptureThatBringsPaidAboveDueIsAnAnomaly() throws {
        let order = try Given(after: twoLamps)
        try order.when(.pay("1", "captured", 2000)).then([.paymentCaptured])
        try order.when(.pay("1", "captured", 2001)).then([.paymentCaptured], [.overCaptured])
        try order.when(.pay("1", "authorized", 9999)).then([.paymentAuthorized])
        try order.after(.pay("1", "captured", 2000), .adjust("x", "lower", 500)).when(.pay("2", "refunded", 100))
            .then([.paymentRefunded])
    }

    @Test func moneyBackBeyondTheCapturedIsAnAnomaly() throws {
        let order = try Given(after: twoLamps, .pay("1", "captured", 2000))
        try order.when(.pay("2", "refunded", 2000)).then([.paymentRefunded])
        try order.when(.pay("2", "refunded", 2001)).then([.paymentRefunded], [.overRefunded])
        let disputed = try order.after(.pay("2", "chargedBack", 1500))
        try disputed.when(.pay("3", "refunded", 501)).then([.paymentRefunded], [.overRefunded])
        try disputed.after(.pay("3", "chargebackReversed", 1500)).when(.pay("4", "refunded", 2000))
            .then([.paymentRefunded])
    }

    @Test func aChargebackIsAnAnomalyAndItsReversalNone() throws {
        let order = try Given(after: twoLamps, .pay("1", "captured", 2000))
        try order.when(.pay("2", "chargedBack", 2000)).then([.paymentChargedBack], [.chargedBack])
        let disputed = try order.after(.pay("2", "chargedBack", 2000))
        #expect(disputed.staff.text("payment/status") == "none" && disputed.attention == ["anomaly"])
        try disputed.when(.pay("3", "chargebackReversed", 2000)).then([.chargebackReversed])
        #expect(try disputed.after(.pay("3", "chargebackReversed", 2000)).staff.text("payment/status") == "full")
    }

    @Test func whatIsPaidAboveDueIsOwed() throws {
        let lowered = try Given.paidLamps.after(.adjust("x", "lower", 300))
        #expect(lowered.staff.amount("payment/refundOwed") == 300 && lowered.attention == ["refundOwed"])
        let refunded = try lowered.after(.pay("r", "refunded", 300))
        #expect(refunded.staff.amount("payment/refundOwed") == 0 && refunded.attention == [])
        #expect(refunded.staff["internal/attention"] == false && lowered.staff["internal/attention"] == true)
    }

    @Test func aReportInAnotherCurrencyIsNotSummed() throws {
        let dollars = Step.pay("1", "captured", 2000).with("amount", money(2000, "USD"))
        try Given(after: twoLamps).when(dollars).then([.paymentCaptured], [.currencyMismatch])
        let order = try Given(after: twoLamps, dollars)
        #expect(order.staff.amount("payment/captured") == 0 && order.staff.text("payment/status") == "none")
    }

    @Test func aReportOfAnUnknownReturnIsAnAnomaly() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        try asked.when(.pay("x", "refunded", 100).for(return: "r")).then([.paymentRefunded])
        try asked.when(.pay("x", "refunded", 100).for(return: "q")).then([.paymentRefunded], [.returnUnknown])
    }
}
