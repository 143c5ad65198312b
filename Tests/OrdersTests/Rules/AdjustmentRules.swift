import Testing

@testable import Orders

@Suite struct AdjustmentRules {
    @Test func anAdjustmentMovesWhatIsDueAndNotTheTotal() throws {
        let outcome = try Given(after: twoLamps).when(.adjust("x", "lower", 500).saying("note", "late"))
        outcome.then([.totalAdjusted])
        let data = try outcome.data(.totalAdjusted)
        #expect(data.amount("oldDue") == 2000 && data.amount("newDue") == 1500 && data.amount("amount") == 500)
        #expect(data.text("direction") == "lower" && data.text("reason") == "goodwill" && data.text("note") == "late")
        let order = try Given(after: twoLamps, .adjust("x", "lower", 500), .adjust("y", "raise", 700))
        #expect(order.due == 2200 && order.staff.amount("total") == 2000)
    }

    @Test func anAdjustmentsIdIsTakenOnce() throws {
        try Given(after: twoLamps, .adjust("x", "lower", 500)).when(.adjust("x", "raise", 1))
            .thenRefused(.adjustmentExists)
    }

    @Test func nothingIsLoweredBelowZero() throws {
        let order = try Given(after: twoLamps)
        try order.when(.adjust("x", "lower", 2001)).thenRefused(.adjustmentAboveDue)
        #expect(try order.after(.adjust("x", "lower", 2000)).due == 0)
    }

    @Test func nothingIsRaisedBeyondTheLargestAmount() throws {
        let order = try Given(after: twoLamps)
        try order.when(.adjust("x", "raise", Money.maximumAmount)).thenRefused(.amountTooLarge)
        let most = try order.after(.adjust("x", "raise", Money.maximumAmount - 2000))
        #expect(most.due == Money.maximumAmount)
        try most.when(.adjust("y", "raise", 1)).thenRefused(.amountTooLarge)
    }

    @Test func anAdjustmentInAnotherCurrencyIsRefused() throws {
        try Given(after: twoLamps).when(.adjust("x", "lower", 1).with("amount", money(1, "USD")))
            .thenRefused(.currencyMismatch)
    }

    @Test func theTotalIsAdjustedInEveryLifecycle() throws {
        let states = try [
            Given(after: twoLamps), Given(after: twoLamps, .confirm), Given.deliveredLamps.after(.close),
            Given(after: twoLamps, .cancel()), Given(after: twoLamps, .hold("h")),
        ]
        for state in states { try state.when(.adjust("x", "raise", 100)).then([.totalAdjusted]) }
    }

    @Test(arguments: ["goodwill", "correction", "shipping", "fee", "other"])
    func anAdjustmentHasAReason(reason: String) throws {
        try Given(after: twoLamps).when(.adjust("x", "lower", 1).saying("reason", reason)).then([.totalAdjusted])
    }

    @Test func anAdjustedOrderCancelledWholeKeepsWhatIsRaisedAfter() throws {
        let cancelled = try Given(after: twoLamps, .adjust("x", "raise", 300), .cancel())
        #expect(cancelled.due == 0)
        let fee = try cancelled.after(.adjust("y", "raise", 250))
        #expect(fee.due == 250 && fee.staff.text("payment/status") == "none")
    }
}
