import Foundation
import Orders
import Testing
import WaybillClient

@testable import waybill

@Suite struct EventDetailTests {
    private static let lines = #""lines":[{"lineId":"l1","quantity":2},{"lineId":"l2","quantity":1}]"#
    private static let scan = #""parcelId":"p2","scanId":"s3","parcelStatus":"delivered""#

    /// Of each type: what the service sends, to customers and to staff, and what is shown.
    private static let examples: [EventType: (data: String, inside: String, shown: String)] = [
        .orderPlaced: (
            #"{"contactRef":"c","country":"DE","currency":"EUR",\#(lines),"total":{"amount":15460,"currency":"EUR"}}"#,
            "{}",
            "3 units, 154.60 EUR"
        ),
        .orderConfirmed: ("{}", "{}", ""),
        .orderEdited: (
            """
            {"oldTotal":{"amount":100,"currency":"EUR"},"newTotal":{"amount":90,"currency":"EUR"},
            "oldDue":{"amount":50,"currency":"EUR"},"newDue":{"amount":50,"currency":"EUR"}}
            """, "{}", "total 1.00 EUR → 0.90 EUR"
        ),
        .totalAdjusted: (
            """
            {"adjustmentId":"a1","amount":{"amount":10,"currency":"EUR"},"direction":"lower","reason":"goodwill",
            "note":"Late.","oldDue":{"amount":50,"currency":"EUR"},"newDue":{"amount":40,"currency":"EUR"}}
            """, "{}", "due 0.50 EUR → 0.40 EUR, goodwill, Late."
        ),
        .metadataChanged: ("null", #"{"set":{"gift":"x"},"remove":[],"private":true}"#, "private"),
        .shipToChanged: (#"{"contactRef":"contact-2","country":"AT"}"#, "{}", "contact-2, AT"),
        .itemsCancelled: (
            #"{\#(lines),"reason":"stock","reduction":{"amount":500,"currency":"EUR"}}"#, "{}",
            "3 units, stock, less due: 5.00 EUR"
        ),
        .orderCancelled: (#"{"reason":"other"}"#, #"{"reason":"fraud"}"#, "fraud"),
        .orderHeld: (
            #"{"reason":"other"}"#, #"{"holdId":"h-1","reason":"fraud","note":"look twice"}"#, "h-1, fraud, look twice"
        ),
        .holdReleased: ("{}", #"{"holdId":"h-1"}"#, "h-1"),
        .parcelPacked: (
            #"{"parcelId":"p1","lines":[{"lineId":"l1","quantity":1}],"kind":"pickup"}"#, "{}", "p1, 1 unit, pickup"
        ),
        .parcelVoided: (#"{"parcelId":"p1","reason":"The box was torn."}"#, "{}", "p1, The box was torn."),
        .parcelDispatched: (
            """
            {"parcelId":"p2","carrier":"dhl","trackingNumber":"JD0146",
            "eta":{"earliest":"2026-11-04T08:00:00Z","latest":"2026-11-04T18:00:00Z"}}
            """, "{}", "p2, dhl, JD0146, expected Nov 4 09:00–19:00"
        ),
        .trackingChanged: (
            #"{"parcelId":"p2","old":{"carrier":"dhl"},"new":{"carrier":"dhl","trackingNumber":"JD 1"}}"#, "{}",
            "p2, dhl JD 1"
        ),
        .etaRevised: (
            """
            {"parcelId":"p2","old":{"earliest":"2026-11-04T08:00:00Z","latest":"2026-11-04T18:00:00Z"},
            "new":{"earliest":"2026-11-05T08:00:00Z","latest":"2026-11-06T12:00:00Z"},"source":"carrier","reason":"Snow"}
            """, "{}", "p2, Nov 5 09:00–Nov 6 13:00, carrier, Snow"
        ),
        .parcelScanned: (
            #"{\#(scan),"code":"inTransit","place":{"text":"Leipzig Hub","country":"DE"}}"#, "{}",
            "p2, inTransit, Leipzig Hub"
        ),
        .deliveryFailed: (
            #"{\#(scan),"code":"attemptFailed","reason":"recipient"}"#, "{}", "p2, attemptFailed, recipient"
        ),
        .parcelDelivered: (
            #"{\#(scan),"code":"delivered","proof":{"kind":"signature","ref":"sig"}}"#, "{}", "p2, delivered, signature"
        ),
        .parcelReturnedToSender: (#"{\#(scan),"code":"returnedToSender"}"#, "{}", "p2, returnedToSender"),
        .parcelLost: (
            #"{\#(scan),"code":"lost"}"#, #"{"anomaly":{"code":"contradictoryScan","message":"m"}}"#,
            "p2, lost [anomaly: contradictoryScan]"
        ),
        .scanRetracted: (#"{\#(scan),"reason":"It was another."}"#, "{}", "p2, s3, It was another."),
        .parcelEnded: (
            #"{\#(scan),"outcome":"delivered","reason":"A letter."}"#, "{}", "p2, delivered, A letter."
        ),
        .shortageReported: (
            #"{"claimId":"c1","parcelId":"p2",\#(lines),"kind":"missing"}"#, "{}", "p2, 3 units, missing"
        ),
        .paymentChargedBack: (payment("chargedBack", 100), "{}", "1.00 EUR, pay-1"),
        .chargebackReversed: (payment("chargebackReversed", 100), "{}", "1.00 EUR, pay-1"),
        .paymentRetracted: (#"{"paymentId":"pay-1","reason":"Another order's."}"#, "{}", "pay-1, Another order's."),
        .paymentAuthorized: (payment("authorized", 15460), #"{"providerRef":"psp"}"#, "154.60 EUR, pay-1"),
        .paymentCaptured: (payment("captured", 5), "{}", "0.05 EUR, pay-1"),
        .paymentVoided: (payment("voided", 0), "{}", "0.00 EUR, pay-1"),
        .paymentFailed: (payment("failed", 1500, "JPY"), "{}", "1500 JPY, pay-1"),
        .paymentRefunded: (payment("refunded", 1500, "KWD", #","returnId":"r1""#), "{}", "1.500 KWD, pay-1, r1"),
        .returnRequested: (#"{"returnId":"r1",\#(lines),"reason":"Too bright."}"#, "{}", "r1, 3 units, Too bright."),
        .returnApproved: (#"{"returnId":"r1","approve":true}"#, "{}", "r1"),
        .returnRejected: (#"{"returnId":"r1","approve":false,"note":"Worn."}"#, "{}", "r1, Worn."),
        .returnCancelled: (#"{"returnId":"r1","reason":"Never sent."}"#, "{}", "r1, Never sent."),
        .returnReceived: (
            """
            {"returnId":"r1","lines":[{"lineId":"l1","quantity":2,"condition":"damaged"},
            {"lineId":"l2","quantity":1,"condition":"sellable"}]}
            """, "{}", "r1, 3 units, 2 damaged"
        ),
        .anomalyResolved: ("null", #"{"version":12,"note":"All is well."}"#, "of version 12, All is well."),
        .noteAdded: ("null", #"{"text":"called","visibility":"staff"}"#, "called, for staff alone"),
        .orderClosed: (
            "{}", #"{"writeOff":{"reason":"Too little to ask for."}}"#, "written off: Too little to ask for."
        ),
        .orderReopened: (#"{"reason":"A claim came."}"#, "{}", "A claim came."),
    ]

    private static func payment(_ kind: String, _ amount: Int, _ currency: String = "EUR", _ more: String = "")
        -> String
    {
        #"{"paymentId":"pay-1","kind":"\#(kind)","amount":{"amount":\#(amount),"currency":"\#(currency)"}\#(more)}"#
    }

    private func shown(_ event: OrderChange) throws -> String {
        EventDetail(event, time: LocalTime(zone: try #require(TimeZone(identifier: "Europe/Berlin")))).text
    }

    @Test(arguments: EventType.allCases)
    func eachTypeTellsWhatIsItsOwn(type: EventType) throws {
        let example = try #require(Self.examples[type])
        let event = try Change.event(type.rawValue, example.data, internal: example.inside)
        #expect(try shown(event) == example.shown)
    }

    @Test func aTypeFromALaterServiceHasNone() throws {
        #expect(try shown(Change.event("OrderPraised", #"{"reason":"x"}"#)) == "")
    }

    @Test func whatAConflatedStreamLeftOutIsCounted() throws {
        #expect(try shown(Change.event("OrderClosed", more: #","skipped":3"#)) == "[3 before it]")
        #expect(
            try shown(Change.event("HoldReleased", #"{"holdId":"h"}"#, more: #","skipped":1"#)) == "h [1 before it]"
        )
        #expect(try shown(Change.event("OrderClosed", more: #","skipped":0"#)) == "")
    }

    @Test func textsCannotControlTheTerminal() throws {
        let text = #"{"text":"a\u001b[31mb\r\nc\u0007\u202ed\u2028e\u009bf 👩‍👧","visibility":"customer"}"#
        #expect(try shown(Change.event("NoteAdded", text)) == "a [31mb  c  d e f 👩‍👧")
    }
}
