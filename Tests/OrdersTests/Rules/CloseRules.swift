import StrictJSON
import Testing

@testable import Orders

@Suite struct CloseRules {
    @Test func onlyAConfirmedOrderCloses() throws {
        try Given(after: twoLamps).when(.close).thenRefused(.orderNotConfirmed)
        try Given(after: twoLamps, .cancel()).when(.close).thenRefused(.orderCancelled)
        try Given.deliveredLamps.after(.close).when(.close).thenRefused(.orderClosed)
        try Given.deliveredLamps.when(.close).then([.orderClosed])
    }

    @Test func unitsOnTheirWayKeepAnOrderOpen() throws {
        for state in try [Given.paidLamps, Given.packedLamps, Given.sentLamps] {
            try state.when(.close).thenRefused(.unitsOutstanding)
            try state.when(.close(writingOff: "x")).thenRefused(.unitsOutstanding)
        }
    }

    @Test func holdsAndReturnsKeepAnOrderOpen() throws {
        try Given.deliveredLamps.after(.hold("h")).when(.close).thenRefused(.orderOnHold)
        try Given.deliveredLamps.after(.hold("h"), .release("h")).when(.close).then([.orderClosed])
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        try asked.when(.close(writingOff: "x")).thenRefused(.returnsPending)
        try asked.after(.approve("r")).when(.close).thenRefused(.returnsPending)
        try asked.after(.reject("r")).when(.close).then([.orderClosed])
    }

    @Test func moneyIsSettledWhenPaidIsDueAndNothingAuthorizedRemains() throws {
        func delivered(_ payments: Step...) throws -> Given {
            let order = try Given(after: twoLamps.saying("terms", "invoice"), .confirm).after(payments)
            return try order.after(.pack("p", ["a": 2]), .dispatch("p"), .scan("p", "d", .delivered, 20))
        }
        try delivered(.pay("1", "captured", 2000)).when(.close).then([.orderClosed])
        try delivered(.pay("1", "captured", 1999)).when(.close).thenRefused(.moneyNotSettled)
        try delivered(.pay("1", "captured", 2001)).when(.close).thenRefused(.moneyNotSettled)
        try delivered(.pay("1", "authorized", 2000)).when(.close).thenRefused(.moneyNotSettled)
        try delivered(.pay("1", "authorized", 2500), .pay("2", "captured", 2000)).when(.close)
            .thenRefused(.moneyNotSettled)
        try delivered(.pay("1", "authorized", 2500), .pay("2", "captured", 2000), .pay("3", "voided", 500))
            .when(.close).then([.orderClosed])
        try delivered(.pay("1", "authorized", 2500), .pay("2", "captured", 2000).with("final", "true"))
            .when(.close).then([.orderClosed])
        try delivered(.pay("1", "authorized", 900, ref: "other"), .pay("2", "captured", 2000)).when(.close)
            .thenRefused(.moneyNotSettled)
    }

    @Test func whatIsUnpaidIsWrittenOff() throws {
        let unpaid = try Given(
            after: twoLamps.saying("terms", "invoice"),
            .confirm,
            .pay("1", "authorized", 500, ref: "card"),
            .pay("2", "captured", 1200, ref: "bank"),
            .pack("p", ["a": 2]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20)
        )
        try unpaid.when(.close).thenRefused(.moneyNotSettled)
        let outcome = try unpaid.when(.close(writingOff: "bankrupt"))
        outcome.then([.orderClosed])
        let (data, inside) = try outcome.event(.orderClosed)
        #expect(data?.names() == [])
        #expect(inside.text("writeOff/reason") == "bankrupt" && inside.amount("writeOff/unpaid") == 800)
        #expect(inside["writeOff/unrefunded"] == nil && inside.amount("writeOff/unreleased") == 500)
        #expect(try unpaid.after(.close(writingOff: "bankrupt")).staff.text("lifecycle") == "closed")
    }

    @Test func whatIsOwedIsWrittenOffUntilMoneyMoves() throws {
        let owing = try Given.deliveredLamps.after(.adjust("x", "lower", 100))
        let closed = try owing.after(.close(writingOff: "a cent of a euro"))
        #expect(
            try owing.when(.close(writingOff: "x")).event(.orderClosed).internal.amount("writeOff/unrefunded") == 100
        )
        #expect(closed.staff.amount("payment/refundOwed") == 0 && closed.attention == [])
        #expect(closed.customer.amount("payment/refundOwed") == 0)
        #expect(try closed.after(.note("x")).staff.amount("payment/refundOwed") == 0)
        #expect(try closed.after(.reopen).staff.amount("payment/refundOwed") == 100)
        #expect(try closed.after(.pay("r", "refunded", 40)).staff.amount("payment/refundOwed") == 60)
        #expect(try closed.after(.adjust("y", "lower", 5)).staff.amount("payment/refundOwed") == 105)
        #expect(try closed.after(.pay("a", "failed", 40)).staff.amount("payment/refundOwed") == 0)
    }

    @Test func aWriteOffThatIsNotNeededSaysNoAmount() throws {
        let outcome = try Given.deliveredLamps.when(.close(writingOff: "just in case"))
        outcome.then([.orderClosed])
        #expect(try outcome.event(.orderClosed).internal["writeOff/unpaid"] == nil)
    }

    @Test func onlyAClosedOrderIsReopened() throws {
        try Given.deliveredLamps.when(.reopen).thenRefused(.orderNotClosed)
        try Given(after: twoLamps, .cancel()).when(.reopen).thenRefused(.orderNotClosed)
        let reopened = try Given.deliveredLamps.after(.close, .reopen)
        #expect(reopened.staff.text("lifecycle") == "confirmed")
        try reopened.when(.hold("h")).then([.orderHeld])
        try reopened.when(.close).then([.orderClosed])
        #expect(
            try Given.deliveredLamps.after(.close).when(.reopen).data(.orderReopened).text("reason") == "more to do"
        )
    }
}
