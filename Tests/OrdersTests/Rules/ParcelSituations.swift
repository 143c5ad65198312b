import StrictJSON
import Testing

@testable import Orders

/// Situations of real shops in which parcels, scans and returns went wrong elsewhere.
@Suite struct ParcelSituations {
    @Test func aScanBeforeTheDispatchLeavesItsNumberRecordable() throws {
        let early = try Given.packedLamps.after(.scan("p", "s", .inTransit, 5))
        #expect(early.parcel("p") == "inTransit" && early.units() == "shipped 2")
        let sent = try early.after(.dispatch("p").saying("trackingNumber", "JD014"))
        #expect(sent.staff.text("parcels/p/carrier") == "dhl")
        #expect(sent.staff.text("parcels/p/trackingNumber") == "JD014")
        #expect(sent.parcel("p") == "inTransit" && sent.units() == "shipped 2")
    }

    @Test func aWrongNumberIsCorrectedAddedAndTakenBack() throws {
        let none = try Given.sentLamps
        #expect(none.staff["parcels/p/trackingNumber"] == nil)
        let wrong = try none.after(.track(parcel: "p").saying("carrier", "dhl").saying("trackingNumber", "T1"))
        #expect(wrong.staff.text("parcels/p/trackingNumber") == "T1")
        let right = try wrong.after(.track(parcel: "p").saying("carrier", "dhl").saying("trackingNumber", "T2"))
        #expect(right.staff.text("parcels/p/trackingNumber") == "T2")
        #expect(right.staff.text("parcels/p/former/0/trackingNumber") == "T1")
        let taken = try right.after(.track(parcel: "p").saying("carrier", "dhl"))
        #expect(taken.staff["parcels/p/trackingNumber"] == nil)
        #expect(taken.staff.size("parcels/p/former") == 2)
    }

    @Test func aDispatchedParcelThatNeverLeftIsVoided() throws {
        let voided = try Given.sentLamps.after(.void("p"))
        #expect(voided.parcel("p") == "void" && voided.units() == "open 2")
        try voided.when(.pack("q", ["a": 2])).then([.parcelPacked])
        try Given.sentLamps.after(.scan("p", "s", .inTransit, 20)).when(.void("p")).thenRefused(.parcelNotPacked)
    }

    @Test func aScanOfTheWrongParcelIsUndone() throws {
        let wrong = try Given.packedLamps.after(.scan("p", "s", .delivered, 20))
        #expect(wrong.units() == "delivered 2")
        let undone = try wrong.after(.retract("p", "s"))
        #expect(undone.parcel("p") == "packed" && undone.units() == "packed 2")
        try undone.when(.void("p")).then([.parcelVoided])
        try undone.when(.dispatch("p")).then([.parcelDispatched])
    }

    @Test func aCorrectedScanUnderItsOwnIdIsToldApart() throws {
        let once = try Given.sentLamps.after(.scan("p", "s", .inTransit, 20))
        try once.when(.scan("p", "s", .exception, 20)).thenRefused(.factIdReused, naming: "code")
        try once.after(.retract("p", "s")).when(.scan("p", "s-2", .exception, 20)).then([.parcelScanned])
    }

    @Test func anOlderEstimateOfALateScanReplacesNoNewerOne() throws {
        let newer = try Given.sentLamps.after(.scan("p", "s2", .inTransit, 30).with("eta", window(300)))
        try newer.when(.scan("p", "s1", .inTransit, 20).with("eta", window(200))).then([.parcelScanned])
        let late = try newer.after(.scan("p", "s1", .inTransit, 20).with("eta", window(200)))
        #expect(late.staff.text("parcels/p/eta/earliest") == timeText(300))
    }

    @Test func aDeliveryOnTheWayBackIsNone() throws {
        let returning = try Given.sentLamps.after(.scan("p", "r", .returning, 20))
        try returning.when(.scan("p", "d", .delivered, 30)).then([.parcelDelivered], [.deliveredAfterReturning])
        let back = try returning.after(.scan("p", "d", .delivered, 30))
        #expect(back.parcel("p") == "returning" && back.units() == "shipped 2" && back.headline == "shipped")
    }

    @Test func aRecycledNumbersOldScanDeliversNoNewOrder() throws {
        let packed = try Given.packedLamps
        try packed.when(.scan("p", "old", .delivered, -3000)).then([.parcelDelivered], [.beforeOrder])
        let scanned = try packed.after(.scan("p", "old", .delivered, -3000))
        #expect(scanned.parcel("p") == "packed" && scanned.units() == "packed 2")
        #expect(scanned.customer.size("parcels/p/scans") == 0 && scanned.staff.size("parcels/p/scans") == 1)
    }

    @Test func anApprovedReturnThatNeverCameIsEnded() throws {
        let waiting = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]), .approve("r"))
        try waiting.when(.close).thenRefused(.returnsPending)
        let ended = try waiting.after(.cancelReturn("r"))
        #expect(ended.staff.text("returns/r/status") == "cancelled")
        try ended.when(.close).then([.orderClosed])
    }

    @Test func aReturnWithOtherGoodsIsReceived() throws {
        let order = try Given(
            after: shopOrder,
            .confirm,
            .pay("m", "captured", 3900),
            .pack("p", ["a": 2, "b": 3]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20),
            .requestReturn("r", ["a": 1]),
            .approve("r")
        )
        try order.when(.receive("r", ["b": 1])).then([.returnReceived], [.receivedOther])
        let received = try order.after(.receive("r", ["b": 1]))
        #expect(received.units("b") == "delivered 3, returned 1" && received.units("a") == "delivered 2")
        #expect(received.staff.text("returns/r/status") == "received")
    }

    @Test func aReturnInTwoBoxesIsReceivedTwice() throws {
        let approved = try Given.deliveredLamps.after(.requestReturn("r", ["a": 2]), .approve("r"))
        let first = try approved.after(.receive("r", ["a": 1], receipt: "box-1").with("complete", "false"))
        #expect(first.staff.text("returns/r/status") == "approved" && first.due == 1000)
        try first.when(.receive("r", ["a": 1], receipt: "box-2")).then([.returnReceived])
        let second = try first.after(.receive("r", ["a": 1], receipt: "box-2"))
        #expect(second.staff.text("returns/r/status") == "received" && second.due == 0)
        #expect(second.units() == "delivered 2, returned 2" && second.headline == "returned")
    }

    @Test func goodsThatComeBackAfterClosingAreNoPreparation() throws {
        let closed = try Given.deliveredLamps.after(.close)
        let back = try closed.after(.scan("p", "r", .returning, 30), .scan("p", "b", .returnedToSender, 40))
        #expect(back.headline == "attention" && back.units() == "open 2")
        #expect(back.attention?.contains("closedWithUnits") == true)
        let ended = try back.after(.cancel())
        #expect(ended.headline == "returned" && ended.staff.text("lifecycle") == "closed" && ended.due == 0)
    }

    @Test(arguments: [("delivered", "delivered 2"), ("lost", "open 2"), ("returned", "open 2")])
    func aSilentCarriersParcelEndsByTheShopsWord(outcome: String, units: String) throws {
        let sent = try Given.packedLamps.after(.dispatch("p", carrier: "letter"))
        try sent.when(.end("p", "e", outcome)).then([.parcelEnded])
        let ended = try sent.after(.end("p", "e", outcome))
        #expect(ended.units() == units)
        if outcome == "delivered" { try ended.when(.close).then([.orderClosed]) }
    }
}
