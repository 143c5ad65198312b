import Testing

@testable import Orders

@Suite struct ClosingRules {
    @Test func anOrderClosesWhenEverythingIsDone() throws {
        try deliveredWhole.when(.closeOrder).then(OrderClosed())
        try shippedWhole.when(.closeOrder).thenRefused(.unitsOutstanding)
        try given(placed()).when(.closeOrder).thenRefused(.orderNotConfirmed)
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.closeOrder).thenRefused(.orderCancelled)
        try deliveredWhole.after(.closeOrder).when(.closeOrder).thenRefused(.orderClosed)
        try deliveredWhole.after(.holdOrder, #"{"holdId":"h","reason":"other"}"#).when(.closeOrder).thenRefused(
            .orderOnHold
        )
        try deliveredWhole.after(.recordPayment, paymentBody("x", "authorized", 1)).after(
            .recordPayment,
            paymentBody("y", "authorized", 4000)
        )
        .when(.closeOrder).thenRefused(.moneyNotSettled)
        try deliveredWhole.after(.requestReturn, sampleBodies[.requestReturn] ?? "").when(.closeOrder).thenRefused(
            .returnsPending
        )
    }

    @Test func moneyIsSettledWhenDueIsCapturedAndNoAuthorizationIsLeft() throws {
        func delivered(_ payments: OrderEvent...) -> Given {
            Given(
                [placed(), confirmed] + payments + [
                    packed("p", a: 2, b: 3), dispatched("p"), scanned("p", "s", .delivered, 20),
                ]
            )
        }
        try delivered(paid("1", .captured, 3899)).when(.closeOrder).thenRefused(.moneyNotSettled)
        try delivered(paid("1", .authorized, 3900)).when(.closeOrder).thenRefused(.moneyNotSettled)
        try delivered(paid("1", .authorized, 5000), paid("2", .captured, 3900)).when(.closeOrder).thenRefused(
            .moneyNotSettled
        )
        try delivered(paid("1", .authorized, 5000), paid("2", .captured, 3900), paid("3", .voided, 1100)).when(
            .closeOrder
        )
        .then([.orderClosed])
    }
}
