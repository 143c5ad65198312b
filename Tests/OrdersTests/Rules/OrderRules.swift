import StrictJSON
import Testing

@testable import Orders

/// Placement, confirmation, holds and cancellation with today's commands.
@Suite struct OrderRules {
    @Test func defaultsOfAnOrderAreFilledIn() throws {
        let data = try given().when(twoLamps).data(.orderPlaced)
        #expect(
            data["taxIncluded"] == false && data["terms"] == "prepaid" && data["fees"] == [] && data["metadata"] == [:]
        )
        #expect(data["relatesTo"] == nil && data["promised"] == nil)
    }

    @Test func partsOfTheOrdersTaxAndDiscountStayWithinThem() throws {
        func order(_ line: String, tax: Int64 = 0, discount: Int64 = 0) throws -> [String] {
            let total = 2000 + tax - discount
            let step = Step.place(
                [lineBody("a", quantity: "2", price: money(1000), line)],
                tax: tax,
                discount: discount,
                total: total
            )
            return try pointers(.placeOrder, step.body)
        }
        #expect(try order(#""tax":\#(money(100))"#, tax: 100) == [])
        #expect(try !order(#""tax":\#(money(101))"#, tax: 100).isEmpty)
        #expect(try order(#""discount":\#(money(100))"#, discount: 100) == [])
        #expect(try !order(#""discount":\#(money(101))"#, discount: 100).isEmpty)
        #expect(try order(#""discount":\#(money(2000))"#, discount: 2000) == [])
        let two = [
            lineBody("a", quantity: "1", price: money(100), #""discount":\#(money(101))"#),
            lineBody("b", quantity: "1"),
        ]
        #expect(try !pointers(.placeOrder, Step.place(two, discount: 200, total: 900).body).isEmpty)
    }

    @Test func aTotalCountsFeesAndLineTotals() throws {
        let line = lineBody("a", quantity: "2", price: money(1000), #""lineTotal":\#(money(1999))"#)
        let fees = #"[{"feeId":"f","name":"Wrap","amount":\#(money(101))}]"#
        #expect(try pointers(.placeOrder, Step.place([line], total: 2100).with("fees", fees).body) == [])
        #expect(try pointers(.placeOrder, Step.place([line], total: 2101).with("fees", fees).body) == ["/total"])
    }

    @Test func aLineHasAPromiseOfItsOwn() throws {
        let line = lineBody("a", quantity: "2", price: money(1000), #""promised":\#(window(500))"#)
        let order = try Given(after: .place([line], total: 2000))
        #expect(order.customer.text("lines/a/promised/earliest") == timeText(500))
    }

    @Test func anUnderscoreInALocaleIsReadAsAHyphen() throws {
        #expect(try Given(after: twoLamps.saying("locale", "de_DE")).customer.text("locale") == "de-DE")
    }

    @Test func holdsStandBesideTheLifecycle() throws {
        try Given(after: twoLamps, .hold("h")).when(.confirm).thenRefused(.orderOnHold)
        try Given.paidLamps.after(.hold("h")).when(.pack("p", ["a": 1])).thenRefused(.orderOnHold)
        try Given(after: twoLamps, .hold("h"), .release("h")).when(.hold("h")).thenRefused(.holdExists)
        try Given(after: twoLamps).when(.release("h")).thenRefused(.holdNotOpen)
        try Given(after: twoLamps, .cancel()).when(.hold("h")).thenRefused(.orderCancelled)
        try Given.deliveredLamps.after(.close).when(.hold("h")).thenRefused(.orderClosed)
        let held = try Given(after: twoLamps, .hold("h"))
        try held.after(.cancel()).when(.release("h")).then([.holdReleased])
    }

    @Test func openUnitsAreCancelledAndOthersAreNot() throws {
        try Given.packedLamps.when(.cancel()).thenRefused(.quantityNotOpen)
        try Given.paidLamps.when(.cancel(["a": 3])).thenRefused(.quantityNotOpen)
        try Given.paidLamps.when(.cancel(["z": 1])).thenRefused(.lineUnknown)
        try Given(after: twoLamps, .cancel()).when(.cancel()).thenRefused(.orderCancelled)
        try Given.deliveredLamps.after(.close).when(.cancel()).thenRefused(.quantityNotOpen)
        try Given(after: twoLamps, .hold("h")).when(.cancel()).then([.itemsCancelled, .orderCancelled])
    }

    @Test func anOrderWhoseUnitsAllEndedCancelledIsCancelled() throws {
        let lost = try Given.sentLamps.after(.scan("p", "l", .lost, 20))
        try lost.when(.cancel()).then([.itemsCancelled, .orderCancelled])
        #expect(try lost.after(.cancel()).headline == "cancelled")
        let both = try Given.paidLamps.after(
            .pack("p", ["a": 1]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20),
            .cancel()
        )
        #expect(both.staff.text("lifecycle") == "confirmed" && both.headline == "delivered")
    }

    @Test func anAnomalyIsResolvedOnce() throws {
        let odd = try Given(after: twoLamps, .pay("m", "captured", 9999))
        try odd.when(.resolve(2)).then([.anomalyResolved])
        try odd.when(.resolve(1)).thenRefused(.anomalyNotOpen)
        try odd.after(.resolve(2)).when(.resolve(2)).thenRefused(.anomalyNotOpen)
        #expect(try odd.after(.resolve(2)).attention == ["refundOwed"])
    }

    @Test(arguments: CommandName.allCases.dropFirst())
    func everyCommandIsRefusedWithoutItsOrder(name: CommandName) throws {
        try given().when(name, sampleBodies[name] ?? "{}").thenRefused(.orderUnknown)
    }

    @Test(arguments: CommandName.allCases)
    func everyCommandHasASample(name: CommandName) throws {
        if ![.confirmOrder, .closeOrder].contains(name) { #expect(sampleBodies[name] != nil) }
        _ = try decode(name, sampleBodies[name] ?? "{}")
    }
}
