import StrictJSON
import Testing

@testable import Orders

@Suite struct EditRules {
    private let taxed = Step.place([lineBody("a", quantity: "2", price: money(5000))], tax: 800, total: 10_800)

    private func lines(_ lines: String...) -> String { "[" + lines.joined(separator: ",") + "]" }

    @Test func aLineIsReplacedWholeOrAdded() throws {
        let edit = Step.edit(total: 5500).with(
            "lines",
            lines(lineBody("a", quantity: "3", price: money(1500)), lineBody("b", quantity: "1", price: money(1000)))
        )
        let outcome = try Given(after: twoLamps).when(edit)
        outcome.then([.orderEdited])
        let data = try outcome.data(.orderEdited)
        #expect(data.size("lines") == 2 && data["shipping"] == nil && data["tax"] == nil && data["fees"] == nil)
        #expect(data.amount("oldTotal") == 2000 && data.amount("newTotal") == 5500)
        #expect(data.amount("oldDue") == 2000 && data.amount("newDue") == 5500)
        let edited = try Given(after: twoLamps).after(edit)
        #expect(edited.units("a") == "open 3" && edited.units("b") == "open 1" && edited.due == 5500)
        #expect(edited.staff.amount("total") == 5500 && edited.staff.amount("lines/a/unitPrice") == 1500)
    }

    @Test func shippingTaxDiscountAndFeesAreReplaced() throws {
        let edit = Step.edit(total: 2660).with("shipping", money(490)).with("tax", money(200)).with(
            "discount",
            money(130)
        )
        .with("fees", #"[{"feeId":"f","name":"Wrap","amount":\#(money(100))}]"#)
        let edited = try Given(after: twoLamps, edit).staff
        #expect(edited.amount("shipping") == 490 && edited.amount("tax") == 200 && edited.amount("discount") == 130)
        #expect(edited.amount("fees/f/amount") == 100 && edited.amount("payment/due") == 2660)
    }

    @Test func anEditedOrderSaysOnlyWhatChanged() throws {
        let lines = lines(
            lineBody("a", quantity: "2", price: money(1000)),
            lineBody("b", quantity: "1", price: money(5))
        )
        let edit = Step.edit(total: 2005).with("lines", lines).with("shipping", money(0)).with("tax", money(0))
        let data = try Given(after: twoLamps).when(edit).data(.orderEdited)
        #expect(data.size("lines") == 1 && data.text("lines/0/lineId") == "b")
        #expect(data.names() == ["lines", "oldTotal", "newTotal", "oldDue", "newDue"])
    }

    @Test func anEditMovesDueByTheChangeOfWhatIsLeft() throws {
        let half = try Given(after: taxed, .cancel(["a": 1]))
        let cheaper = Step.edit(total: 8640).with("lines", lines(lineBody("a", quantity: "2", price: money(4000))))
            .with("tax", money(640))
        #expect(try half.after(cheaper).due == 4320)
        #expect(try half.after(.adjust("x", "lower", 400), cheaper).due == 3920)
    }

    @Test func anAddedLineTakesItsShareOfTheTaxFromUnitsGone() throws {
        // The tax of 8.00 goes 7.62 to `a` and 0.38 to `b`: the cancelled unit is worth 53.81 now.
        let more = Step.edit(total: 11_300).with("lines", lines(lineBody("b", quantity: "1", price: money(500))))
        #expect(try Given(after: taxed, .cancel(["a": 1]), more).due == 5919)
    }

    @Test func anEditNeverLeavesLessThanNothingDue() throws {
        let free = try Given(after: twoLamps, .adjust("x", "lower", 2000))
        let less = Step.edit(total: 1000).with("lines", lines(lineBody("a", quantity: "1", price: money(1000))))
        #expect(try free.after(less).due == 0)
    }

    @Test func aQuantityKeepsWhatIsPackedShippedDeliveredOrCancelled() throws {
        func of(_ quantity: Int) -> Step {
            Step.edit(total: Int64(quantity) * 1000)
                .with("lines", lines(lineBody("a", quantity: "\(quantity)", price: money(1000))))
        }
        let states = try [
            Given(after: twoLamps, .confirm, .pack("p", ["a": 2])), Given.sentLamps, Given.deliveredLamps,
        ]
        for state in states {
            try state.when(of(1)).thenRefused(.quantityInUse)
            #expect(try state.after(of(3)).units().contains("open 1"))
        }
        let cancelled = try Given(after: twoLamps, .cancel(["a": 1]))
        try cancelled.when(of(1)).thenRefused(.nothingLive)
        try cancelled.when(of(3)).then([.orderEdited])
    }

    @Test func totalsOfAnEditAddUp() throws {
        let order = try Given(after: twoLamps)
        try order.when(.edit(total: 2001)).thenRefused(.totalMismatch)
        try order.when(.edit(total: 2490).with("shipping", money(490))).then([.orderEdited])
        try order.when(.edit(total: 2490).with("shipping", money(489))).thenRefused(.totalMismatch)
    }

    @Test func anEditIsInTheOrdersCurrency() throws {
        let order = try Given(after: twoLamps)
        try order.when(.edit(total: 2000, in: "USD")).thenRefused(.currencyMismatch)
        let dollars = lines(lineBody("a", quantity: "2", price: money(1000, "USD")))
        try order.when(.edit(total: 2000, in: "USD").with("lines", dollars)).thenRefused(.currencyMismatch)
    }

    @Test func onlyOrdersThatGoOnAreEdited() throws {
        let edit = Step.edit(total: 2490).with("shipping", money(490))
        try Given(after: twoLamps, .cancel()).when(edit).thenRefused(.orderCancelled)
        try Given.deliveredLamps.after(.close).when(edit).thenRefused(.orderClosed)
        try Given.deliveredLamps.after(.close, .reopen).when(edit).then([.orderEdited])
        try Given(after: twoLamps, .hold("h")).when(edit).then([.orderEdited])
    }

    @Test func anEditedOrderMayNeedMoreMoney() throws {
        let packed = try Given.packedLamps
        let dearer = try packed.after(Step.edit(total: 2490).with("shipping", money(490)))
        try dearer.when(.dispatch("p")).thenRefused(.paymentInsufficient)
        try dearer.after(.pay("more", "captured", 490)).when(.dispatch("p")).then([.parcelDispatched])
    }

    @Test func anOrderHoldsFiveHundredLinesAfterItsEdits() throws {
        let many = (0..<500).map { lineBody("l\($0)", quantity: "1", price: money(0)) }
        let order = try Given(after: twoLamps)
        #expect(
            try pointers(.editOrder, Step.edit(total: 2000).with("lines", "[\(many.joined(separator: ","))]").body)
                .isEmpty
        )
        let outcome = try order.when(.edit(total: 2000).with("lines", "[\(many.joined(separator: ","))]"))
        #expect(throws: Rejection.self) { try outcome.events }
    }
}
