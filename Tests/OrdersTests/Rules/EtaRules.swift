import StrictJSON
import Testing

@testable import Orders

/// The estimate of a parcel is that of its newest source.
@Suite struct EtaRules {
    private func eta(_ state: Given) -> String? { state.staff.text("parcels/p/eta/earliest") }

    private func scan(_ scanId: String, _ minute: Int, saying start: Int) -> Step {
        Step.scan("p", scanId, .inTransit, minute).with("eta", window(start))
    }

    @Test func dispatchRevisionAndScansAreSources() throws {
        let sent = try Given.packedLamps.after(.dispatch("p").at(10).with("eta", window(100)))
        #expect(eta(sent) == timeText(100))
        #expect(try eta(sent.after(.eta("p", 200).at(11))) == timeText(200))
        #expect(try eta(sent.after(scan("s", 11, saying: 300))) == timeText(300))
    }

    @Test func theNewestSourceByItsTimeCounts() throws {
        let scanned = try Given.sentLamps.after(scan("s2", 30, saying: 300))
        #expect(try eta(scanned.after(scan("s1", 20, saying: 200))) == timeText(300))
        #expect(try eta(scanned.after(scan("s3", 40, saying: 400))) == timeText(400))
    }

    @Test func ofOneTimeTheLastRecordedCounts() throws {
        let scanned = try Given.sentLamps.after(scan("z", 30, saying: 300))
        #expect(try eta(scanned.after(scan("a", 30, saying: 400))) == timeText(400))
    }

    @Test func aScansEstimateNamesItsScan() throws {
        let outcome = try Given.sentLamps.when(scan("s", 20, saying: 300))
        outcome.then([.parcelScanned, .etaRevised])
        let data = try outcome.data(.etaRevised)
        #expect(data.text("parcelId") == "p" && data.text("scanId") == "s" && data["old"] == nil)
        #expect(data.text("new/earliest") == timeText(300))
        try Given.sentLamps.after(scan("s", 20, saying: 300)).when(scan("t", 25, saying: 300)).then([.parcelScanned])
    }

    @Test func aScanWithoutAnEstimateKeepsTheLastOne() throws {
        let scanned = try Given.sentLamps.after(scan("s", 20, saying: 300), .scan("p", "t", .outForDelivery, 30))
        #expect(eta(scanned) == timeText(300))
    }

    @Test func aRetractedScanIsNoSource() throws {
        let scanned = try Given.sentLamps.after(scan("s1", 20, saying: 200), scan("s2", 30, saying: 300))
        let outcome = try scanned.when(.retract("p", "s2"))
        outcome.then([.scanRetracted, .etaRevised])
        #expect(try outcome.data(.etaRevised).text("old/earliest") == timeText(300))
        #expect(try outcome.data(.etaRevised).text("new/earliest") == timeText(200))
        try scanned.when(.retract("p", "s1")).then([.scanRetracted])
        let none = try scanned.after(.retract("p", "s2"))
        #expect(try none.when(.retract("p", "s1")).data(.etaRevised)["new"] == nil)
        #expect(try eta(none.after(.retract("p", "s1"))) == nil)
    }

    @Test func theEstimateOfAnEndedParcelStays() throws {
        let delivered = try Given.sentLamps.after(scan("s", 15, saying: 200), .scan("p", "d", .delivered, 20))
        #expect(eta(delivered) == timeText(200))
        try delivered.when(scan("t", 30, saying: 300)).then([.parcelScanned], [.contradictoryScan])
        try delivered.when(.eta("p", 300)).thenRefused(.nothingExpected)
    }

    @Test func anOldScanIsNoSource() throws {
        let sent = try Given.sentLamps
        try sent.when(scan("s", -2000, saying: 200)).then([.parcelScanned], [.beforeOrder])
    }

    @Test func aRevisionSaysOldAndNew() throws {
        let sent = try Given.packedLamps.after(.dispatch("p").at(10).with("eta", window(100)))
        let outcome = try sent.when(.eta("p", 200).at(20).saying("reason", "snow"))
        outcome.then([.etaRevised])
        let data = try outcome.data(.etaRevised)
        #expect(data.text("old/earliest") == timeText(100) && data.text("new/earliest") == timeText(200))
        #expect(data.text("source") == "shop" && data.text("reason") == "snow")
    }

    @Test func theShopsWordOnTheShownWindowIsASource() throws {
        let said = try Given.sentLamps.after(scan("s", 30, saying: 300), .eta("p", 300).at(50))
        #expect(try eta(said.after(scan("late", 40, saying: 200))) == timeText(300))
    }

    @Test func anOlderRevisionCountsWhenTheNewerScanIsRetracted() throws {
        let scanned = try Given.sentLamps.after(scan("s", 30, saying: 300), .eta("p", 200).at(20))
        #expect(eta(scanned) == timeText(300))
        #expect(try eta(scanned.after(.retract("p", "s"))) == timeText(200))
    }

    @Test func aWholeOrderHasAnEstimateOfItsOwn() throws {
        let order = try Given(after: twoLamps, .eta(200))
        #expect(order.customer.text("eta/earliest") == timeText(200))
        try order.when(.eta(300)).then([.etaRevised])
        try Given.deliveredLamps.when(.eta(300)).thenRefused(.nothingExpected)
    }
}
