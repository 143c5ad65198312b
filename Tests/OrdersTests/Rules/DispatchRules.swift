import StrictJSON
import Testing

@testable import Orders

@Suite struct DispatchRules {
    @Test func aScanOfAPackedParcelImpliesItsDispatch() throws {
        let outcome = try Given.packedLamps.when(.scan("p", "s", .outForDelivery, 5))
        outcome.then([.parcelDispatched, .parcelScanned])
        #expect(try outcome.data(.parcelDispatched)["implied"] == true)
        #expect(try outcome.data(.parcelDispatched).names() == ["parcelId", "implied"])
        #expect(try Given.packedLamps.when(.dispatch("p")).data(.parcelDispatched)["implied"] == nil)
    }

    @Test func anImpliedDispatchIsMadeExplicitOnceAndMovesNothing() throws {
        let implied = try Given.packedLamps.after(.scan("p", "s", .delivered, 20))
        let sent = Step.dispatch("p", carrier: "ups").saying("trackingNumber", "1Z9")
        try implied.when(sent).then([.parcelDispatched])
        let explicit = try implied.after(sent)
        #expect(explicit.units() == "delivered 2" && explicit.parcel("p") == "delivered")
        #expect(explicit.staff.text("parcels/p/carrier") == "ups")
        try explicit.when(sent).thenRefused(.parcelNotPacked)
    }

    @Test func anExplicitDispatchStaysWhenItsScansAreRetracted() throws {
        let explicit = try Given.packedLamps.after(.scan("p", "s", .inTransit, 20), .dispatch("p"))
        let retracted = try explicit.after(.retract("p", "s"))
        #expect(retracted.parcel("p") == "inTransit" && retracted.units() == "shipped 2")
        let scans = try Given.packedLamps.after(.scan("p", "s", .inTransit, 20), .scan("p", "t", .delivered, 30))
        let one = try scans.after(.retract("p", "t"))
        #expect(one.parcel("p") == "inTransit")
        #expect(try one.after(.retract("p", "s")).parcel("p") == "packed")
    }

    @Test func anImpliedDispatchIsMadeExplicitAgainAfterItsRetraction() throws {
        let packed = try Given.packedLamps.after(.scan("p", "s", .inTransit, 20), .retract("p", "s"))
        try packed.when(.dispatch("p")).then([.parcelDispatched])
        try packed.when(.scan("p", "t", .inTransit, 30)).then([.parcelDispatched, .parcelScanned])
        #expect(try packed.after(.dispatch("p")).units() == "shipped 2")
    }

    @Test func anImpliedDispatchAgainstTheRulesIsAnAnomaly() throws {
        let unpaid = try Given(after: twoLamps, .confirm, .pack("p", ["a": 2]))
        try unpaid.when(.scan("p", "s", .inTransit, 20))
            .then([.parcelDispatched, .parcelScanned], [.dispatchBeforePayment])
        let held = try Given.packedLamps.after(.hold("h"))
        try held.when(.scan("p", "s", .inTransit, 20)).then([.parcelDispatched, .parcelScanned], [.dispatchOnHold])
    }

    @Test func anExplicitDispatchKeepsTheRules() throws {
        try Given.packedLamps.after(.hold("h")).when(.dispatch("p")).thenRefused(.orderOnHold)
        try Given.paidLamps.when(.dispatch("p")).thenRefused(.parcelUnknown)
        try Given.sentLamps.when(.dispatch("p")).thenRefused(.parcelNotPacked)
        try Given.packedLamps.after(.void("p")).when(.dispatch("p")).thenRefused(.parcelNotPacked)
    }

    @Test func aShippedParcelNeedsACarrier() throws {
        let packed = try Given.packedLamps
        try packed.when(.dispatch("p", carrier: nil)).thenRefused(.carrierMissing)
        let named = try Given.paidLamps.after(
            .pack("p", ["a": 2]).saying("carrier", "dhl").saying("trackingNumber", "T1")
                .saying("trackingUrl", "https://dhl.example/T1")
        )
        let sent = try named.after(.dispatch("p", carrier: nil))
        #expect(sent.staff.text("parcels/p/carrier") == "dhl" && sent.staff.text("parcels/p/trackingNumber") == "T1")
        #expect(sent.staff.text("parcels/p/trackingUrl") == "https://dhl.example/T1")
        let other = try named.after(.dispatch("p", carrier: nil).saying("trackingNumber", "T2"))
        #expect(other.staff.text("parcels/p/trackingNumber") == "T2")
        #expect(other.staff.text("parcels/p/former/0/trackingNumber") == "T1")
    }

    @Test func aShippedParcelNeedsAnAddress() throws {
        let nowhere = twoLamps.without("contactRef").without("country")
        let order = try Given(after: nowhere, .confirm)
        try order.when(.pack("p", ["a": 2])).thenRefused(.shipToMissing)
        try order.when(.pack("p", ["a": 2], kind: "pickup")).then([.parcelPacked])
        try order.when(.pack("p", ["a": 2], kind: "digital")).then([.parcelPacked])
        try order.after(.shipTo("contact-2", "AT")).when(.pack("p", ["a": 2])).then([.parcelPacked])
        try Given(after: twoLamps.without("country"), .confirm).when(.pack("p", ["a": 2])).thenRefused(.shipToMissing)
    }

    @Test func aParcelIsVoidedUntilAScanCounts() throws {
        try Given.packedLamps.when(.void("p")).then([.parcelVoided])
        try Given.sentLamps.when(.void("p")).then([.parcelVoided])
        let retracted = try Given.sentLamps.after(.scan("p", "s", .inTransit, 20), .retract("p", "s"))
        try retracted.when(.void("p")).then([.parcelVoided])
        try Given.deliveredLamps.when(.void("p")).thenRefused(.parcelNotPacked)
        try Given.sentLamps.after(.void("p")).when(.void("p")).thenRefused(.parcelNotPacked)
        try Given.paidLamps.when(.void("p")).thenRefused(.parcelUnknown)
    }

    @Test func anOldScanKeepsNoParcelFromBeingVoided() throws {
        try Given.sentLamps.after(.scan("p", "old", .delivered, -2000)).when(.void("p")).then([.parcelVoided])
    }

    @Test func theAddressChangesWhileNothingIsShipped() throws {
        try Given.packedLamps.when(.shipTo("c", "AT")).then([.shipToChanged])
        try Given.sentLamps.when(.shipTo("c", "AT")).thenRefused(.alreadyDispatched)
        try Given.sentLamps.after(.void("p")).when(.shipTo("c", "AT")).then([.shipToChanged])
    }
}
