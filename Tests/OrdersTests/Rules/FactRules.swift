import StrictJSON
import Testing

@testable import Orders

/// One id, one fact: the same content again is known, other content is refused.
@Suite struct FactRules {
    private func full(_ state: Given) throws -> Step {
        Step.scan("p", "s", .exception, 20).saying("reason", "weather").with("place", #"{"text":"Köln"}"#)
            .with("eta", window(200)).with("proof", #"{"kind":"pin"}"#).saying("detail", "EX12")
    }

    @Test func theSameScanAgainIsKnown() throws {
        let sent = try Given.sentLamps
        let scan = try full(sent)
        try sent.after(scan).when(scan).thenNothing()
        try sent.after(scan, .retract("p", "s")).when(scan).thenNothing()
        try sent.after(scan, .scan("p", "d", .delivered, 30), .close).when(scan).thenNothing()
    }

    @Test(arguments: [
        ("code", quoted("lost")), ("reason", quoted("customs")), ("place", #"{"text":"Bonn"}"#), ("eta", window(201)),
        ("proof", #"{"kind":"photo"}"#), ("detail", quoted("EX13")), ("occurredAt", quoted(timeText(21))),
    ])
    func aScanOfOtherContentNamesTheField(field: String, json: String) throws {
        let sent = try Given.sentLamps
        let scan = try full(sent)
        try sent.after(scan).when(scan.with(field, json)).thenRefused(.factIdReused, naming: field)
    }

    @Test(arguments: ["reason", "place", "eta", "proof", "detail"])
    func aScanThatLeavesAFieldOutNamesTheField(field: String) throws {
        let sent = try Given.sentLamps
        let scan = try full(sent)
        try sent.after(scan).when(scan.without(field)).thenRefused(.factIdReused, naming: field)
        try sent.after(scan.without(field)).when(scan).thenRefused(.factIdReused, naming: field)
    }

    @Test func oneTimeInTwoZonesIsTheSameContent() throws {
        let sent = try Given.sentLamps.after(.scan("p", "s", .inTransit, 20))
        try sent.when(.scan("p", "s", .inTransit, 20).saying("occurredAt", "2026-11-02T11:20:00+01:00")).thenNothing()
    }

    @Test func aScanIdIsUniqueWithinItsParcel() throws {
        let two = try Given.paidLamps.after(
            .pack("p", ["a": 1]),
            .pack("q", ["a": 1]),
            .dispatch("p"),
            .dispatch("q"),
            .scan("p", "s", .inTransit, 20)
        )
        try two.when(.scan("q", "s", .exception, 30)).then([.parcelScanned])
    }

    @Test func theSamePaymentAgainIsKnownWheneverItIsSaid() throws {
        let paid = try Given(after: twoLamps, .pay("m", "captured", 2000).at(3))
        try paid.when(.pay("m", "captured", 2000).at(9)).thenNothing()
        try paid.when(.pay("m", "captured", 2000)).thenNothing()
        try paid.when(.pay("m", "captured", 2000).with("final", "false")).thenNothing()
        try paid.after(.unpay("m")).when(.pay("m", "captured", 2000)).thenNothing()
    }

    @Test func aPaymentOfOtherContentNamesTheFields() throws {
        let paid = try Given(after: twoLamps, .pay("m", "captured", 2000))
        try paid.when(.pay("m", "refunded", 2000)).thenRefused(.factIdReused, naming: "kind")
        try paid.when(.pay("m", "captured", 1999)).thenRefused(.factIdReused, naming: "amount")
        try paid.when(.pay("m", "captured", 2000, ref: "x")).thenRefused(.factIdReused, naming: "providerRef")
        try paid.when(.pay("m", "captured", 2000).for(return: "r")).thenRefused(.factIdReused, naming: "returnId")
        try paid.when(.pay("m", "captured", 2000).with("final", "true")).thenRefused(.factIdReused, naming: "final")
        try paid.when(.pay("m", "refunded", 5)).thenRefused(.factIdReused, naming: "kind", "amount")
    }

    @Test func aReceiptIsKnownByItsIdWhichDefaultsToTheReturns() throws {
        let received = try Given.deliveredLamps.after(.receive("r", ["a": 1]))
        try received.when(.receive("r", ["a": 1])).thenNothing()
        try received.when(.receive("r", ["a": 1], receipt: "r")).thenNothing()
        try received.when(.receive("r", ["a": 1]).with("complete", "true")).thenNothing()
        try received.when(.receive("r", ["a": 2])).thenRefused(.factIdReused, naming: "lines")
        try received.when(.receive("r", ["a": 1]).with("complete", "false")).thenRefused(
            .factIdReused,
            naming: "complete"
        )
        try received.when(.receive("r", ["a": 1]).reducing(900)).thenRefused(.factIdReused, naming: "reduction")
        try received.when(.receive("q", ["a": 1], receipt: "r")).thenRefused(.factIdReused, naming: "returnId")
        let said = try Given.deliveredLamps.after(.receive("r", ["a": 1]).reducing(9999))
        try said.when(.receive("r", ["a": 1]).reducing(9999)).thenNothing()
        try said.when(.receive("r", ["a": 1]).reducing(2000)).thenRefused(.factIdReused, naming: "reduction")
    }

    @Test func theWayOnIsToRetractAndToTakeANewId() throws {
        let wrong = try Given(after: twoLamps, .pay("m", "captured", 200))
        let right = try wrong.after(.unpay("m"), .pay("m-2", "captured", 2000))
        #expect(right.staff.amount("payment/captured") == 2000)
        #expect(right.customer["payment/reports/m/retracted"] == true)
    }

    @Test func aPaymentIsRetractedOnce() throws {
        let paid = try Given(after: twoLamps, .pay("m", "captured", 2000))
        let outcome = try paid.when(.unpay("m"))
        outcome.then([.paymentRetracted])
        #expect(try outcome.data(.paymentRetracted).names() == ["paymentId", "reason"])
        try paid.after(.unpay("m")).when(.unpay("m")).thenRefused(.paymentRetracted)
        try paid.when(.unpay("x")).thenRefused(.paymentUnknown)
        #expect(try paid.after(.unpay("m")).staff.text("payment/status") == "none")
        try Given.deliveredLamps.after(.close).when(.unpay("m")).then([.paymentRetracted])
    }
}
