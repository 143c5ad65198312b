@testable import Orders

/// A placed order: 2 of `a` at 10.00 and 3 of `b` at 5.00, shipping 3.00, tax 2.00, discount 1.00: 39.00.
func placed(terms: Terms = .prepaid, a: Int = 2, b: Int = 3) -> OrderEvent {
    let lines = [
        PlacedLine(lineId: "a", sku: "A-1", name: "Lamp", quantity: a, unitPrice: 1000, currency: "EUR"),
        PlacedLine(lineId: "b", sku: "B-1", name: "Bulb", quantity: b, unitPrice: 500, currency: "EUR"),
    ]
    let contents = OrderContents(
        contactRef: "contact-1",
        country: "DE",
        currency: "EUR",
        locale: "de-DE",
        lines: lines,
        shipping: 300,
        tax: 200,
        discount: 100,
        fees: [],
        total: Int64(a * 1000 + b * 500 + 400),
        taxIncluded: false,
        terms: terms,
        metadata: Metadata()
    )
    return OrderEvent(OrderPlaced(number: "1001", shop: "aurora", customer: "c-1", contents: contents), at: at(0))
}

let confirmed = OrderEvent(OrderConfirmed(), at: at(1))

func held(_ holdId: String, _ reason: HoldReason = .address) -> OrderEvent {
    OrderEvent(OrderHeld(holdId: holdId, reason: reason, note: nil), at: at(2))
}

func released(_ holdId: String) -> OrderEvent { OrderEvent(HoldReleased(holdId: holdId), at: at(3)) }

/// A cancellation as the first versions stored it: without the amount that it takes off.
func cancelled(a: Int = 0, b: Int = 0) -> OrderEvent {
    OrderEvent(ItemsCancelled(lines: some(a: a, b: b), reason: .customer, reduction: nil), at: at(4))
}

let orderCancelled = OrderEvent(OrderCancelled(reason: .customer), at: at(4))

let orderClosed = OrderEvent(OrderClosed(), at: at(50))

func some(a: Int = 0, b: Int = 0) -> [LineQuantity] {
    [LineQuantity(lineId: "a", quantity: a), LineQuantity(lineId: "b", quantity: b)].filter { $0.quantity > 0 }
}

func packed(_ parcelId: String, a: Int = 0, b: Int = 0) -> OrderEvent {
    OrderEvent(ParcelPacked(parcelId: parcelId, lines: some(a: a, b: b)), at: at(5))
}

func voided(_ parcelId: String) -> OrderEvent {
    OrderEvent(ParcelVoided(parcelId: parcelId, reason: "torn"), at: at(6))
}

func dispatched(_ parcelId: String) -> OrderEvent {
    OrderEvent(
        ParcelDispatched(
            parcelId: parcelId,
            tracking: Tracking(carrier: "dhl", trackingNumber: "T1"),
            isImplied: false
        ),
        at: at(7)
    )
}

func scanned(_ parcelId: String, _ scanId: String, _ code: ScanCode, _ minute: Int) -> OrderEvent {
    let scan = Scan(scanId: scanId, code: code, occurredAt: at(minute))
    let event = ScanRecorded(parcelId: parcelId, scan: scan, parcelStatus: ParcelStatus(code))
    return OrderEvent(event, at: at(minute))
}

func paid(_ paymentId: String, _ kind: PaymentKind, _ amount: Int64, _ currency: String = "EUR") -> OrderEvent {
    let report = PaymentReport(
        paymentId: paymentId,
        kind: kind,
        amount: Money(amount: amount, currency: currency),
        occurredAt: at(8),
        providerRef: "pay-ref",
        returnId: nil
    )
    return OrderEvent(PaymentReported(report: report), at: at(8))
}

func returnRequested(_ returnId: String, a: Int = 0, b: Int = 0) -> OrderEvent {
    OrderEvent(ReturnRequested(returnId: returnId, lines: some(a: a, b: b), reason: "too big"), at: at(40))
}

func returnDecided(_ returnId: String, _ approve: Bool) -> OrderEvent {
    OrderEvent(ReturnDecided(returnId: returnId, approve: approve, note: nil), at: at(41))
}

func returnReceived(_ returnId: String, a: Int = 0, b: Int = 0) -> OrderEvent {
    let lines = some(a: a, b: b).map { ReceivedLine(lineId: $0.lineId, quantity: $0.quantity, condition: .sellable) }
    let receipt = Receipt(receiptId: returnId, lines: lines, isComplete: true, saidReduction: nil)
    return OrderEvent(ReturnReceived(returnId: returnId, receipt: receipt, reduction: nil), at: at(42))
}

/// An order with all units in one parcel `p`, paid and dispatched.
let shippedWhole = Given([
    placed(), confirmed, paid("pay", .captured, 3900), packed("p", a: 2, b: 3), dispatched("p"),
])

let deliveredWhole = Given([
    placed(), confirmed, paid("pay", .captured, 3900), packed("p", a: 2, b: 3), dispatched("p"),
    scanned("p", "s-delivered", .delivered, 20),
])
