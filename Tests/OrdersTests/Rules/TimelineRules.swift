import StrictJSON
import Testing

@testable import Orders

/// The fold of a parcel's scans into its status.
@Suite struct TimelineRules {
    @Test func aScanExactlyADayBeforeTheOrderCounts() throws {
        let packed = try Given.packedLamps
        try packed.when(.scan("p", "s", .inTransit, -1440)).then([.parcelDispatched, .parcelScanned])
        try packed.when(.scan("p", "s", .inTransit, -1441)).then([.parcelScanned], [.beforeOrder])
    }

    @Test func aScanFromBeforeTheOrderChangesNothing() throws {
        let outcome = try Given.sentLamps.when(.scan("p", "old", .delivered, -1441).with("eta", window(90)))
        outcome.then([.parcelDelivered], [.beforeOrder])
        let (data, inside) = try outcome.event(.parcelDelivered)
        #expect(data == nil && inside.text("scanId") == "old" && inside.text("parcelStatus") == "inTransit")
        let order = try Given.sentLamps.after(.scan("p", "old", .delivered, -1441).with("eta", window(90)))
        #expect(order.parcel("p") == "inTransit" && order.staff["parcels/p/eta"] == nil)
        #expect(order.attention == ["anomaly"] && order.headline == "shipped")
        try order.when(.scan("p", "old", .delivered, -1441).with("eta", window(90))).thenNothing()
    }

    @Test func theRetractionOfAHiddenScanIsHiddenToo() throws {
        let scanned = try Given.sentLamps.after(.scan("p", "old", .lost, -5000))
        let (data, inside) = try scanned.when(.retract("p", "old")).event(.scanRetracted)
        #expect(data == nil && inside.text("scanId") == "old")
        let retracted = try scanned.after(.retract("p", "old"))
        #expect(retracted.parcel("p") == "inTransit" && retracted.customer.size("parcels/p/scans") == 0)
    }

    @Test func importedOrdersSayWhenTheyWerePlaced() throws {
        let imported = try Given(
            after: twoLamps.at(-50_000),
            .confirm,
            .pay("m", "captured", 2000),
            .pack("p", ["a": 2])
        )
        let delivered = try imported.after(.scan("p", "d", .delivered, -40_000))
        #expect(delivered.units() == "delivered 2" && delivered.anomalies.isEmpty)
    }

    @Test func aReturningThatArrivesLateIsWithoutEffect() throws {
        let delivered = try Given.deliveredLamps
        try delivered.when(.scan("p", "r", .returning, 15)).then([.parcelScanned], [.deliveredAfterReturning])
        let late = try delivered.after(.scan("p", "r", .returning, 15))
        #expect(late.parcel("p") == "delivered" && late.units() == "delivered 2")
        #expect(late.staff.size("parcels/p/scans") == 2)
    }

    @Test func aDeliveryAfterReturnedToSenderChangesNothing() throws {
        let back = try Given.sentLamps.after(.scan("p", "b", .returnedToSender, 20))
        try back.when(.scan("p", "d", .delivered, 30)).then([.parcelDelivered], [.deliveredAfterReturning])
        let order = try back.after(.scan("p", "d", .delivered, 30))
        #expect(order.parcel("p") == "returnedToSender" && order.units() == "open 2")
    }

    @Test func aDeliveryAfterAReturningThatWasRetractedCounts() throws {
        let order = try Given.sentLamps.after(.scan("p", "r", .returning, 15), .scan("p", "d", .delivered, 20))
        #expect(order.parcel("p") == "returning")
        #expect(try order.after(.retract("p", "r")).parcel("p") == "delivered")
    }

    @Test func aParcelThatTurnsRoundAfterItsDeliveryComesBack() throws {
        let returning = try Given.deliveredLamps.after(.scan("p", "r", .returning, 30))
        #expect(returning.parcel("p") == "returning" && returning.units() == "shipped 2")
        let back = try returning.after(.scan("p", "b", .returnedToSender, 40))
        #expect(back.units() == "open 2" && back.headline == "attention")
    }

    @Test func aParcelOnItsWayAgainAfterReturningMoves() throws {
        let order = try Given.sentLamps.after(.scan("p", "r", .returning, 15), .scan("p", "s", .inTransit, 20))
        #expect(order.parcel("p") == "inTransit")
        #expect(try order.after(.scan("p", "d", .delivered, 30)).parcel("p") == "delivered")
    }

    @Test(arguments: [ScanCode.inTransit, .outForDelivery, .attemptFailed, .exception, .returnedToSender, .lost])
    func aDeliveryStaysWhateverElseComesLater(code: ScanCode) throws {
        let later = try Given.deliveredLamps.after(.scan("p", "s", code, 30))
        #expect(later.parcel("p") == "delivered" && later.units() == "delivered 2" && later.headline == "delivered")
        #expect(later.anomalies == [.contradictoryScan])
    }

    @Test func scansOfOneTimeFoldWithTheDeliveryLastThenByTheirIds() throws {
        let order = try Given.sentLamps.after(.scan("p", "a", .delivered, 20), .scan("p", "b", .outForDelivery, 20))
        #expect(order.parcel("p") == "delivered" && order.anomalies.isEmpty)
        let two = try Given.sentLamps.after(.scan("p", "y", .exception, 20), .scan("p", "x", .inTransit, 20))
        #expect(two.parcel("p") == "exception")
    }

    @Test func aScanOfAVoidParcelIsKeptAndMovesNothing() throws {
        let voided = try Given.packedLamps.after(.void("p"))
        try voided.when(.scan("p", "s", .delivered, 20)).then([.parcelDelivered], [.voidParcelScanned])
        let order = try voided.after(.scan("p", "s", .delivered, 20))
        #expect(order.parcel("p") == "void" && order.units() == "open 2")
    }

    @Test func unitsOfALostParcelThatWerePackedAnewMoveNoMore() throws {
        let lost = try Given.sentLamps.after(.scan("p", "l", .lost, 20))
        #expect(lost.units() == "open 2" && lost.headline == "attention")
        let anew = try lost.after(.pack("q", ["a": 2]))
        try anew.when(.scan("p", "d", .delivered, 30)).then([.parcelDelivered], [.unitsMoved])
        let found = try anew.after(.scan("p", "d", .delivered, 30))
        #expect(found.units() == "packed 2" && found.parcel("p") == "delivered")
        #expect(try lost.after(.scan("p", "d", .delivered, 30)).units() == "delivered 2")
    }

    @Test func aFreedUnitThatMovedKeepsItsScan() throws {
        let lost = try Given.sentLamps.after(.scan("p", "l", .lost, 20))
        try lost.after(.pack("q", ["a": 1])).when(.retract("p", "l")).thenRefused(.unitsMoved)
        try lost.after(.cancel(["a": 1])).when(.retract("p", "l")).thenRefused(.unitsMoved)
        try lost.when(.retract("p", "l")).then([.scanRetracted])
    }

    @Test func aScanIsRetractedOnce() throws {
        let order = try Given.deliveredLamps.after(.retract("p", "d"))
        try order.when(.retract("p", "d")).thenRefused(.scanNotCounting)
        try order.when(.retract("p", "x")).thenRefused(.scanUnknown)
        try order.when(.retract("x", "d")).thenRefused(.parcelUnknown)
        #expect(order.staff["parcels/p/scans/d/retracted"] == true)
    }

    @Test func aDeliveryInAReturnIsNotRetracted() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        try asked.when(.retract("p", "d")).thenRefused(.returnDependsOnScan)
        try asked.after(.reject("r")).when(.retract("p", "d")).then([.scanRetracted])
        try asked.after(.cancelReturn("r")).when(.retract("p", "d")).then([.scanRetracted])
        try Given.deliveredLamps.after(.receive("r", ["a": 1])).when(.retract("p", "d"))
            .thenRefused(.returnDependsOnScan)
    }
}
