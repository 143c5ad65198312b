import Testing

@testable import Orders

@Suite struct LostParcelRules {
    @Test func aScanOfAVoidParcelIsAnAnomalyAndMovesNothing() throws {
        let unpacked = given(placed(), confirmed, packed("p", a: 2), voided("p"))
        try unpacked.when(.recordScan, scanBody("p", "s", "delivered", 20)).then(
            [.parcelDelivered],
            [.voidParcelScanned]
        )
        let order = try unpacked.after(.recordScan, scanBody("p", "s", "delivered", 20)).order
        #expect(order.parcels[0].status == .void && order.units.open == 5)
    }

    @Test func aLostParcelThatIsFoundMovesItsUnitsIfTheyAreStillOpen() throws {
        let lost = try shippedWhole.after(.recordScan, scanBody("p", "s1", "lost", 20))
        #expect(lost.order.units.open == 5 && lost.order.status == .attention)
        let found = try lost.after(.recordScan, scanBody("p", "s2", "inTransit", 30))
        #expect(found.order.units.shipped == 5 && found.order.anomalies.isEmpty && found.order.status == .shipped)
        let again = try lost.after(.packParcel, #"{"parcelId":"q","lines":[{"lineId":"a","quantity":1}]}"#)
        #expect(again.order.status == .preparing)
        try again.when(.recordScan, scanBody("p", "s2", "delivered", 30)).then([.parcelDelivered], [.unitsMoved])
        let both = try again.after(.recordScan, scanBody("p", "s2", "delivered", 30)).order
        #expect(both.units == UnitCounts(open: 4, packed: 1) && both.parcels[0].status == .delivered)
    }

    @Test func scansAreAcceptedAfterTheOrderEnded() throws {
        let closed = try deliveredWhole.after(.closeOrder)
        try closed.when(.recordScan, scanBody("p", "r", "returning", 30)).then([.parcelScanned], [.movedAfterClose])
        let lost = try shippedWhole.after(.recordScan, scanBody("p", "s1", "lost", 20))
            .after(.cancelOrder, #"{"reason":"stock"}"#)
        #expect(lost.order.status == .cancelled)
        try lost.when(.recordScan, scanBody("p", "s2", "delivered", 30)).then([.parcelDelivered], [.unitsMoved])
    }
}
