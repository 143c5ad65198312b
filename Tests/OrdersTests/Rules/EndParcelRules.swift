import Testing

@testable import Orders

@Suite struct EndParcelRules {
    @Test func theShopsWordIsInTheTimelineLikeAScan() throws {
        let outcome = try Given.sentLamps.when(.end("p", "e", "returned").at(30))
        outcome.then([.parcelEnded])
        let data = try outcome.data(.parcelEnded)
        #expect(data.names() == ["parcelId", "scanId", "outcome", "reason", "parcelStatus"])
        #expect(data.text("outcome") == "returned" && data.text("parcelStatus") == "returnedToSender")
        let ended = try Given.sentLamps.after(.end("p", "e", "returned").at(30))
        #expect(ended.customer.text("parcels/p/scans/e/code") == "returnedToSender")
        #expect(ended.parcel("p") == "returnedToSender" && ended.units() == "open 2")
        #expect(try Given.sentLamps.after(.end("p", "e", "lost").at(30)).staff.text("parcels/p/scans/e/code") == "lost")
    }

    @Test func onlyADispatchedParcelThatHasNotEndedIsEnded() throws {
        try Given.packedLamps.when(.end("p", "e", "delivered")).thenRefused(.parcelNotDispatched)
        try Given.deliveredLamps.when(.end("p", "e", "lost")).thenRefused(.parcelTerminal)
        try Given.sentLamps.after(.end("p", "e", "lost")).when(.end("p", "f", "lost")).thenRefused(.parcelTerminal)
        try Given.packedLamps.after(.void("p")).when(.end("p", "e", "lost")).thenRefused(.parcelTerminal)
        try Given.paidLamps.when(.end("p", "e", "lost")).thenRefused(.parcelUnknown)
        try Given.sentLamps.after(.scan("p", "s", .inTransit, 20)).when(.end("p", "s", "lost"))
            .thenRefused(.scanExists)
    }

    @Test(arguments: [ScanCode.inTransit, .outForDelivery, .attemptFailed, .exception, .returning])
    func aParcelEndsFromEveryStatusOnItsWay(code: ScanCode) throws {
        let state = try Given.sentLamps.after(.scan("p", "s", code, 20))
        try state.when(.end("p", "e", "delivered").at(30)).then([.parcelEnded])
        #expect(try state.after(.end("p", "e", "lost").at(30)).units() == "open 2")
    }

    @Test func aLaterScanOverrulesTheShopsWord() throws {
        let ended = try Given.sentLamps.after(.end("p", "e", "delivered").at(30))
        let moving = try ended.after(.scan("p", "s", .inTransit, 40))
        #expect(moving.parcel("p") == "inTransit" && moving.units() == "shipped 2")
        #expect(try ended.after(.scan("p", "s", .inTransit, 20)).parcel("p") == "delivered")
        let lost = try Given.sentLamps.after(.end("p", "e", "lost").at(30))
        #expect(try lost.after(.scan("p", "s", .delivered, 40)).units() == "delivered 2")
    }

    @Test func theShopsWordIsRetracted() throws {
        let ended = try Given.sentLamps.after(.end("p", "e", "delivered"))
        try ended.when(.retract("p", "e")).then([.scanRetracted])
        #expect(try ended.after(.retract("p", "e")).units() == "shipped 2")
        try ended.after(.retract("p", "e")).when(.end("p", "f", "delivered")).then([.parcelEnded])
    }

    @Test func aScansIdThatTheShopTookIsKnown() throws {
        let ended = try Given.sentLamps.after(.end("p", "e", "delivered").at(30))
        try ended.when(.scan("p", "e", .exception, 30)).thenRefused(.factIdReused)
    }

    @Test func aWordOnUnitsThatAreElsewhereIsAnAnomaly() throws {
        let found = try Given.sentLamps.after(
            .scan("p", "l", .lost, 20),
            .pack("q", ["a": 2]),
            .scan("p", "f", .inTransit, 30)
        )
        try found.when(.end("p", "e", "delivered")).then([.parcelEnded], [.unitsMoved])
        #expect(try found.after(.end("p", "e", "delivered")).units() == "packed 2")
    }

    @Test func aLostParcelByTheShopsWordIsAttention() throws {
        let lost = try Given.sentLamps.after(.end("p", "e", "lost"))
        #expect(lost.headline == "attention" && lost.attention == ["parcel"])
        #expect(try lost.after(.pack("q", ["a": 2])).headline == "preparing")
    }
}
