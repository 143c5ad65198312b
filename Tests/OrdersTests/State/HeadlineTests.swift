import Testing

@testable import Orders

/// The headline is the first that matches.
@Suite struct HeadlineTests {
    private let two = Step.place(
        [lineBody("a", quantity: "1", price: money(1000)), lineBody("b", quantity: "1", price: money(1000))],
        total: 2000
    )

    /// `a` in `p` and `b` in `q`, both under way.
    private var both: Given {
        get throws {
            try Given(
                after: two,
                .confirm,
                .pay("m", "captured", 2000),
                .pack("p", ["a": 1]),
                .pack("q", ["b": 1]),
                .dispatch("p"),
                .dispatch("q")
            )
        }
    }

    @Test func anOrderGoesFromPlacedToReturned() throws {
        #expect(try Given(after: two).headline == "placed")
        #expect(try Given(after: two, .confirm).headline == "preparing")
        let one = try Given(after: two, .confirm, .pay("m", "captured", 2000), .pack("p", ["a": 1]), .dispatch("p"))
        #expect(one.headline == "partlyShipped")
        #expect(try both.headline == "shipped")
        #expect(try both.after(.scan("p", "o", .outForDelivery, 20)).headline == "outForDelivery")
        let partly = try both.after(.scan("p", "d", .delivered, 20))
        #expect(partly.headline == "partlyDelivered")
        #expect(try partly.after(.scan("q", "o", .outForDelivery, 20)).headline == "outForDelivery")
        #expect(
            try partly.after(.scan("q", "o", .readyForPickup, 20), .scan("p", "x", .returning, 30)).headline
                == "readyForPickup"
        )
        let delivered = try partly.after(.scan("q", "d", .delivered, 20))
        #expect(delivered.headline == "delivered")
        let one2 = try delivered.after(.receive("r", ["a": 1]))
        #expect(one2.headline == "delivered")
        #expect(try one2.after(.receive("r2", ["b": 1])).headline == "returned")
    }

    @Test func aCancelledOrderIsCancelledWhateverElse() throws {
        #expect(try Given(after: two, .hold("h"), .cancel()).headline == "cancelled")
        #expect(try Given(after: two, .hold("h")).headline == "onHold")
        #expect(try both.after(.scan("p", "x", .exception, 20), .hold("h")).headline == "onHold")
    }

    @Test(arguments: [ScanCode.attemptFailed, .exception])
    func aFailedScanIsAttentionUntilTheNextOne(code: ScanCode) throws {
        let failed = try both.after(.scan("p", "x", code, 20))
        #expect(failed.headline == "attention" && failed.attention == ["parcel"])
        #expect(try failed.after(.scan("p", "y", .inTransit, 30)).headline == "shipped")
        #expect(try failed.after(.scan("q", "d", .delivered, 30)).headline == "attention")
        #expect(try failed.after(.scan("p", "y", .inTransit, 10)).headline == "attention")
    }

    @Test(arguments: [ScanCode.lost, .returnedToSender])
    func aParcelThatEndedWithoutDeliveryIsAttention(code: ScanCode) throws {
        let ended = try both.after(.scan("p", "x", code, 20))
        #expect(ended.headline == "attention" && ended.attention == ["parcel"])
        #expect(try ended.after(.pack("r", ["a": 1])).headline == "partlyShipped")
        #expect(try ended.after(.cancel()).headline == "shipped")
    }

    @Test func anOrderWithNothingLiveIsReturnedOrCancelled() throws {
        let closed = try Given.deliveredLamps.after(.close, .scan("p", "r", .returning, 30))
        let back = try closed.after(.scan("p", "b", .returnedToSender, 40), .cancel())
        #expect(back.headline == "returned")
        let lost = try closed.after(.scan("p", "b", .lost, 40), .cancel())
        #expect(lost.headline == "cancelled" && lost.staff.text("lifecycle") == "closed")
    }

    @Test func aReopenedOrderWithNothingLiveReadsAsItEnded() throws {
        let back = try Given.deliveredLamps.after(
            .close,
            .scan("p", "r", .returning, 30),
            .scan("p", "b", .returnedToSender, 40),
            .cancel(),
            .reopen
        )
        #expect(back.headline == "returned" && back.staff.text("lifecycle") == "confirmed")
    }

    @Test(arguments: OrderStatus.allCases)
    func everyHeadlineHasAnAddressAtSchemaOrg(status: OrderStatus) {
        let known: Set = [
            "OrderCancelled", "OrderDelivered", "OrderInTransit", "OrderPaymentDue", "OrderPickupAvailable",
            "OrderProblem", "OrderProcessing", "OrderReturned",
        ]
        let base = "https://schema.org/"
        #expect(status.schemaOrg.hasPrefix(base) && known.contains(String(status.schemaOrg.dropFirst(base.count))))
    }

    @Test func anOrderSaysItsStatusInSchemaOrgsWordsToo() throws {
        #expect(try Given.deliveredLamps.customer.text("schemaOrgStatus") == "https://schema.org/OrderDelivered")
        #expect(try Given(after: two, .cancel()).staff.text("schemaOrgStatus") == "https://schema.org/OrderCancelled")
    }
}
