import FoundationEssentials
import Testing

@testable import Orders

@Suite struct UnlikelyEvents {
    /// Folds any event on any state: another order's, out of order, twice.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func foldingUnlikelyEventsKeepsUnitsAtLeastZero(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let odd: [OrderEvent] =
            [
                placed(), placed(a: 1, b: 1), confirmed, held("h"), released("h"), cancelled(a: 2), cancelled(b: 9),
                packed("p", a: 2),
                packed("p", a: 9), packed("q", b: 3), voided("p"), voided("x"), dispatched("p"), dispatched("q"),
                dispatched("x"),
                scanned("p", "s", .delivered, 9), scanned("q", "s", .lost, 9), scanned("q", "t", .inTransit, 12),
                scanned("x", "s", .lost, 9), returnRequested("r", a: 5), returnDecided("r", true),
                returnReceived("r", a: 5),
                returnReceived("x", b: 5), paid("1", .captured, 1), orderCancelled, orderClosed,
                OrderEvent(ScanRetracted(parcelId: "q", scanId: "s", reason: "x", parcelStatus: .packed), at: at(1)),
                OrderEvent(AnomalyResolved(version: 99, note: "x"), at: at(1)),
            ] + Self.unlikelyNewEvents
        var order = Order(orderId: UUID(uuidString: "0192f0c1-0000-7000-8000-00000000000c")!)
        for step in 1...200 {
            _ = order.apply(random.pick(odd))
            #expect(order.version == step)
            for line in order.lines {
                #expect(
                    [line.open, line.packed, line.shipped, line.delivered, line.cancelled].allSatisfy { $0 >= 0 }
                        || order.version == 0
                )
                #expect(line.returned >= 0 && order.due >= 0)
            }
            _ = order.json(for: .staff, role: .backend, position: "x", recordedAt: at(0))
        }
    }

    private static var unlikelyNewEvents: [OrderEvent] {
        let most = Money(amount: Money.maximumAmount, currency: "USD")
        let line = PlacedLine(lineId: "a", sku: "A-1", name: "Lamp", quantity: 1, unitPrice: 7, currency: "USD")
        let claim = Claim(claimId: "c", parcelId: "p", lines: some(a: 1), kind: .missing, note: nil)
        let odd = Claim(claimId: "c", parcelId: "x", lines: some(a: 9), kind: .damaged, note: nil)
        let receipt = Receipt(
            receiptId: "r",
            lines: [ReceivedLine(lineId: "z", quantity: 7, condition: .damaged)],
            isComplete: false,
            saidReduction: nil
        )
        let payloads: [any EventPayload] = [
            OrderEdited(lines: [line], oldTotal: most, newTotal: most, oldDue: most, newDue: most),
            TotalAdjusted(
                adjustmentId: "x",
                amount: most,
                direction: .lower,
                reason: .fee,
                note: nil,
                oldDue: most,
                newDue: Money(amount: 0, currency: "EUR")
            ),
            ItemsCancelled(lines: some(a: 1), reason: .stock, reduction: most), ShortageReported(claim: claim),
            ShortageReported(claim: odd), ReturnReceived(returnId: "y", receipt: receipt, reduction: most),
            ReturnCancelled(returnId: "r", reason: "x"), ReturnCancelled(returnId: "y", reason: "x"),
            TrackingChanged(parcelId: "p", old: nil, new: Tracking(trackingNumber: "T9")),
            TrackingChanged(returnId: "nobody", old: nil, new: Tracking()),
            PaymentRetracted(paymentId: "1", reason: "x"),
            PaymentRetracted(paymentId: "nobody", reason: "x"), OrderReopened(reason: "x"),
            ParcelEnded(parcelId: "q", scanId: "e", outcome: .lost, reason: "x", parcelStatus: .delivered),
            ParcelEnded(parcelId: "x", scanId: "e", outcome: .lost, reason: "x", parcelStatus: .lost),
            MetadataChanged(set: Metadata(), remove: ["x"], isPrivate: true),
            EtaRevised(parcelId: "p", old: nil, new: nil, source: .shop),
            OrderCancelled(reason: .other, leavesNothingDue: true),
        ]
        return payloads.map { OrderEvent($0, at: at(3)) }
    }
}
