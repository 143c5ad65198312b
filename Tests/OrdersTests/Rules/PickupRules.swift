import Testing

@testable import Orders

/// Parcels that no carrier brings.
@Suite struct PickupRules {
    private var waiting: Given {
        get throws {
            try Given.paidLamps.after(
                .pack("p", ["a": 2], kind: "pickup").with("pickupPlace", #"{"text":"Store 7","country":"DE"}"#)
            )
        }
    }

    @Test func aPickupParcelSaysItsPlace() throws {
        let staff = try waiting.staff
        #expect(staff.text("parcels/p/kind") == "pickup" && staff.text("parcels/p/pickupPlace/text") == "Store 7")
        #expect(try Given.packedLamps.staff.text("parcels/p/kind") == "shipped")
    }

    @Test func aParcelThatIsReadyImpliesNoDispatch() throws {
        try waiting.when(.scan("p", "r", .readyForPickup, 10)).then([.parcelScanned])
        let ready = try waiting.after(.scan("p", "r", .readyForPickup, 10))
        #expect(ready.parcel("p") == "readyForPickup" && ready.units() == "packed 2")
        #expect(ready.headline == "readyForPickup")
        try ready.when(.void("p")).then([.parcelVoided])
        #expect(try ready.after(.void("p")).units() == "open 2")
    }

    @Test func aReadyParcelIsHandedOver() throws {
        let ready = try waiting.after(.scan("p", "r", .readyForPickup, 10))
        try ready.when(.dispatch("p", carrier: nil)).then([.parcelDispatched])
        try ready.when(.scan("p", "d", .delivered, 20)).then([.parcelDispatched, .parcelDelivered])
        let taken = try ready.after(.scan("p", "d", .delivered, 20))
        #expect(taken.units() == "delivered 2" && taken.headline == "delivered")
        try taken.when(.close).then([.orderClosed])
    }

    @Test func aReadyParcelEndsByTheShopsWord() throws {
        let ready = try waiting.after(.scan("p", "r", .readyForPickup, 10))
        try ready.when(.end("p", "e", "delivered")).then([.parcelEnded])
        let ended = try ready.after(.end("p", "e", "delivered"))
        #expect(ended.units() == "delivered 2" && ended.parcel("p") == "delivered")
        let back = try ready.after(.end("p", "e", "returned"))
        #expect(back.units() == "open 2" && back.parcel("p") == "returnedToSender")
        try waiting.when(.end("p", "e", "delivered")).thenRefused(.parcelNotDispatched)
    }

    @Test func aCarriersPickupPointImpliesTheDispatch() throws {
        try Given.packedLamps.when(.scan("p", "r", .readyForPickup, 10)).then([.parcelDispatched, .parcelScanned])
        #expect(try Given.packedLamps.after(.scan("p", "r", .readyForPickup, 10)).units() == "shipped 2")
    }

    @Test func theDispatchOfADigitalParcelDeliversIt() throws {
        let packed = try Given.paidLamps.after(.pack("p", ["a": 2], kind: "digital"))
        let outcome = try packed.when(.dispatch("p", carrier: nil))
        outcome.then([.parcelDispatched, .parcelDelivered])
        #expect(try outcome.data(.parcelDelivered).text("scanId") == "dispatch")
        let sent = try packed.after(.dispatch("p", carrier: nil))
        #expect(sent.units() == "delivered 2" && sent.headline == "delivered")
        try sent.when(.close).then([.orderClosed])
    }

    @Test func theDeliveryOfADigitalParcelIsRetracted() throws {
        let sent = try Given.paidLamps.after(.pack("p", ["a": 2], kind: "digital"), .dispatch("p", carrier: nil))
        try sent.when(.retract("p", "dispatch")).then([.scanRetracted])
        let retracted = try sent.after(.retract("p", "dispatch"))
        #expect(retracted.units() == "shipped 2")
        try retracted.when(.void("p")).then([.parcelVoided])
        try retracted.when(.end("p", "e", "delivered")).then([.parcelEnded])
    }

    @Test func aDigitalParcelIsPaidBeforeItIsSent() throws {
        let unpaid = try Given(after: twoLamps, .confirm, .pack("p", ["a": 2], kind: "digital"))
        try unpaid.when(.dispatch("p", carrier: nil)).thenRefused(.paymentInsufficient)
    }
}
