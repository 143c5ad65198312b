import Testing

@testable import Orders

@Suite struct LifecycleRules {
    @Test func anOrderIsPlacedOnceWithItsDefaultsResolved() throws {
        let outcome = try given().when(.placeOrder, placeBody())
        outcome.then([.orderPlaced])
        let payload = try #require(outcome.events[0].payload as? OrderPlaced)
        #expect(payload.contents.taxIncluded == false && payload.contents.terms == .prepaid)
        #expect(try outcome.events[0].occurredAt == at(60))
        try given(placed()).when(.placeOrder, placeBody()).thenRefused(.orderExists)
    }

    @Test(arguments: CommandName.allCases.dropFirst())
    func everyOtherCommandIsRefusedBeforePlacement(name: CommandName) throws {
        try given().when(name, sampleBodies[name] ?? "{}").thenRefused(.orderUnknown)
    }

    @Test func onlyAPlacedOrderWithoutHoldIsConfirmed() throws {
        try given(placed()).when(.confirmOrder).then(OrderConfirmed())
        try given(placed(), confirmed).when(.confirmOrder).thenRefused(.alreadyConfirmed)
        try given(placed(), held("h")).when(.confirmOrder).thenRefused(.orderOnHold)
        try given(placed(), held("h"), released("h")).when(.confirmOrder).then(OrderConfirmed())
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.confirmOrder).thenRefused(.orderCancelled)
        try given(placed(), confirmed, orderClosed).when(.confirmOrder).thenRefused(.orderClosed)
    }

    @Test func theAddressChangesUntilAParcelIsDispatched() throws {
        let body = #"{"contactRef":"contact-2","country":"AT"}"#
        let changed = ShipToChanged(contactRef: "contact-2", country: "AT")
        try given(placed()).when(.changeShipTo, body).then(changed)
        try given(placed(), confirmed, held("h"), packed("p", a: 1)).when(.changeShipTo, body).then(changed)
        try shippedWhole.when(.changeShipTo, body).thenRefused(.alreadyDispatched)
        try deliveredWhole.when(.changeShipTo, body).then(changed)
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.changeShipTo, body).thenRefused(
            .orderCancelled
        )
        let order = try given(placed()).after(.changeShipTo, body).order
        #expect(order.contactRef == "contact-2" && order.country == "AT")
    }

    @Test func theAddressChangesAgainWhenAllParcelsCameBack() throws {
        let back = Given([
            placed(), confirmed, paid("pay", .captured, 3900), packed("p", a: 2, b: 3), dispatched("p"),
            scanned("p", "s", .returnedToSender, 20),
        ])
        try back.when(.changeShipTo, #"{"contactRef":"c","country":"AT"}"#).then(
            ShipToChanged(contactRef: "c", country: "AT")
        )
    }

    @Test func cancellingWithoutLinesTakesAllOpenUnits() throws {
        try given(placed()).when(.cancelOrder, #"{"reason":"customer"}"#).then(
            ItemsCancelled(lines: some(a: 2, b: 3), reason: .customer, reduction: Money(amount: 3900, currency: "EUR")),
            OrderCancelled(reason: .customer)
        )
        try given(placed(), confirmed, packed("p", a: 2, b: 1)).when(.cancelOrder, #"{"reason":"stock"}"#).then(
            ItemsCancelled(lines: some(b: 2), reason: .stock, reduction: Money(amount: 1028, currency: "EUR"))
        )
    }

    @Test func cancellingTakesOnlyOpenUnits() throws {
        func cancel(_ lines: String) -> String { #"{"reason":"customer","lines":[\#(lines)]}"# }
        let packedSome = given(placed(), confirmed, packed("p", a: 1))
        try packedSome.when(.cancelOrder, cancel(#"{"lineId":"a","quantity":1}"#)).then(
            ItemsCancelled(lines: some(a: 1), reason: .customer, reduction: Money(amount: 1028, currency: "EUR"))
        )
        try packedSome.when(.cancelOrder, cancel(#"{"lineId":"a","quantity":2}"#)).thenRefused(.quantityNotOpen)
        try packedSome.when(.cancelOrder, cancel(#"{"lineId":"z","quantity":1}"#)).thenRefused(.lineUnknown)
        try shippedWhole.when(.cancelOrder, #"{"reason":"customer"}"#).thenRefused(.quantityNotOpen)
        try given(placed(), held("h")).when(.cancelOrder, #"{"reason":"customer"}"#).then([
            .itemsCancelled, .orderCancelled,
        ])
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.cancelOrder, #"{"reason":"customer"}"#)
            .thenRefused(.orderCancelled)
        try given(placed(), confirmed, orderClosed).when(.cancelOrder, #"{"reason":"customer"}"#).then([
            .itemsCancelled
        ])
    }

    @Test func anOrderIsCancelledWithItsLastLiveUnit() throws {
        let some = try given(placed()).after(.cancelOrder, #"{"reason":"stock","lines":[{"lineId":"a","quantity":2}]}"#)
        #expect(some.order.lifecycle == .placed && some.order.status == .placed)
        let none = try some.after(.cancelOrder, #"{"reason":"stock","lines":[{"lineId":"b","quantity":3}]}"#)
        #expect(none.order.lifecycle == .cancelled && none.order.status == .cancelled)
        let partly = Given([
            placed(), confirmed, paid("x", .captured, 3900), packed("p", a: 2), dispatched("p"),
            scanned("p", "s", .delivered, 20),
        ])
        try partly.when(.cancelOrder, #"{"reason":"stock"}"#).then([.itemsCancelled])
    }

    @Test func aHoldIsAddedBesideOthersAndItsIdStaysTaken() throws {
        let body = #"{"holdId":"h","reason":"fraud","note":"odd address"}"#
        try given(placed()).when(.holdOrder, body).then(OrderHeld(holdId: "h", reason: .fraud, note: "odd address"))
        try given(placed(), held("h")).when(.holdOrder, body).thenRefused(.holdExists)
        try given(placed(), held("h"), released("h")).when(.holdOrder, body).thenRefused(.holdExists)
        try given(placed(), held("g")).when(.holdOrder, body).then([.orderHeld])
        try shippedWhole.when(.holdOrder, body).then([.orderHeld])
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.holdOrder, body).thenRefused(.orderCancelled)
        try given(placed(), confirmed, orderClosed).when(.holdOrder, body).thenRefused(.orderClosed)
        #expect(given(placed(), held("g"), held("h"), released("g")).order.status == .onHold)
        #expect(given(placed(), held("g"), held("h"), released("g"), released("h")).order.status == .placed)
    }

    @Test func onlyAnOpenHoldIsReleased() throws {
        try given(placed(), held("h")).when(.releaseHold, #"{"holdId":"h"}"#).then(HoldReleased(holdId: "h"))
        try given(placed(), held("h"), released("h")).when(.releaseHold, #"{"holdId":"h"}"#).thenRefused(.holdNotOpen)
        try given(placed()).when(.releaseHold, #"{"holdId":"h"}"#).thenRefused(.holdNotOpen)
    }

    @Test func notesAreAlwaysAccepted() throws {
        let body = #"{"text":"call first","visibility":"staff"}"#
        for state in [
            given(placed()), given(placed(), cancelled(a: 2, b: 3), orderCancelled),
            given(placed(), confirmed, orderClosed),
        ] {
            try state.when(.addNote, body).then(NoteAdded(text: "call first", visibility: .staff))
        }
    }

    @Test func anOpenAnomalyIsResolvedOnce() throws {
        let overpaid = try given(placed()).after(.recordPayment, paymentBody("x", "captured", 9999))
        let body = #"{"version":2,"note":"refund under way"}"#
        #expect(overpaid.order.anomalies.map(\.version) == [2])
        try overpaid.when(.resolveAnomaly, body).then(AnomalyResolved(version: 2, note: "refund under way"))
        let resolved = try overpaid.after(.resolveAnomaly, body)
        #expect(resolved.order.anomalies.isEmpty && resolved.order.attentionReasons == [.refundOwed])
        try resolved.when(.resolveAnomaly, body).thenRefused(.anomalyNotOpen)
        try overpaid.when(.resolveAnomaly, #"{"version":1,"note":"x"}"#).thenRefused(.anomalyNotOpen)
    }
}
