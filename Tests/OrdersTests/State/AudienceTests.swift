import StrictJSON
import Testing

@testable import Orders

@Suite struct AudienceTests {
    private func texts(_ event: OrderEvent) -> [String?] {
        let (data, `internal`) = event.encode()
        return [data.map { String(decoding: $0, as: UTF8.self) }, String(decoding: `internal`, as: UTF8.self)]
    }

    @Test func fraudIsShownToCustomersAsOther() {
        let hold = OrderEvent(OrderHeld(holdId: "h", reason: .fraud, note: "stolen card"), at: at(0))
        #expect(texts(hold) == [#"{"reason":"other"}"#, #"{"holdId":"h","reason":"fraud","note":"stolen card"}"#])
        #expect(texts(held("h", .stock)) == [#"{"reason":"stock"}"#, #"{"holdId":"h"}"#])
        #expect(texts(released("h")) == ["{}", #"{"holdId":"h"}"#])
        let items = OrderEvent(ItemsCancelled(lines: some(a: 1), reason: .fraud, reduction: nil), at: at(0))
        #expect(texts(items) == [#"{"lines":[{"lineId":"a","quantity":1}],"reason":"other"}"#, #"{"reason":"fraud"}"#])
        #expect(
            texts(OrderEvent(OrderCancelled(reason: .fraud), at: at(0))) == [
                #"{"reason":"other"}"#, #"{"reason":"fraud"}"#,
            ]
        )
    }

    @Test func providerReferencesAndAnomaliesAreForStaff() throws {
        let event = try #require(
            try given(placed()).when(.recordPayment, paymentBody("x", "captured", 5, "USD")).events.first
        )
        #expect(texts(event)[0] == #"{"paymentId":"x","kind":"captured","amount":{"amount":5,"currency":"USD"}}"#)
        let `internal` = try object(texts(event)[1] ?? "")
        #expect(`internal`["providerRef"] == .string("ref-1"))
        #expect(`internal`["anomaly"]?.object?["code"] == .string("currencyMismatch"))
        #expect(event.hasAnomaly)
    }

    @Test func staffNotesAndResolutionsAreHiddenFromCustomers() {
        let note = OrderEvent(NoteAdded(text: "x", visibility: .staff), at: at(0))
        #expect(texts(note) == [nil, #"{"text":"x","visibility":"staff"}"#])
        let open = OrderEvent(NoteAdded(text: "x", visibility: .customer), at: at(0))
        #expect(texts(open) == [#"{"text":"x","visibility":"customer"}"#, "{}"])
        #expect(
            texts(OrderEvent(AnomalyResolved(version: 3, note: "ok"), at: at(0))) == [
                nil, #"{"version":3,"note":"ok"}"#,
            ]
        )
    }

    @Test func placementDataHasDefaultsAndNoEnvelope() throws {
        let event = try #require(try given().when(.placeOrder, placeBody()).events.first)
        let data = try object(texts(event)[0] ?? "")
        #expect(
            data.members.map(\.name) == [
                "contactRef", "country", "currency", "locale", "lines", "shipping", "tax", "discount", "fees", "total",
                "taxIncluded", "terms", "metadata",
            ]
        )
        #expect(data["taxIncluded"] == .bool(false) && data["terms"] == .string("prepaid"))
    }

    @Test func scanEventsHoldTheParcelsStatus() throws {
        let event = try #require(
            try shippedWhole.when(.recordScan, scanBody("p", "s", "attemptFailed", 20, #","reason":"recipient""#))
                .events.first
        )
        #expect(
            texts(event) == [
                #"{"parcelId":"p","scanId":"s","code":"attemptFailed","reason":"recipient","parcelStatus":"attemptFailed"}"#,
                "{}",
            ]
        )
        let implied = try #require(
            try given(placed(terms: .onDelivery), confirmed, packed("p", a: 1)).when(
                .recordScan,
                scanBody("p", "s", "lost", 9)
            ).events.first
        )
        #expect(texts(implied) == [#"{"parcelId":"p","implied":true}"#, "{}"])
        #expect(texts(confirmed) == ["{}", "{}"])
    }

    @Test func unknownStoredEventsAreNamedInTheError() {
        func read(_ type: String, _ schema: Int, _ data: String?, _ more: String = "{}") throws -> OrderEvent {
            try OrderEvent(
                type: type,
                schema: schema,
                occurredAt: at(0),
                number: "1",
                shop: "s",
                customer: "c",
                data: data.map { Array($0.utf8) },
                internal: Array(more.utf8)
            )
        }
        #expect(throws: StoredDataError.unknownType("OrderEaten")) { try read("OrderEaten", 1, "{}") }
        #expect(throws: StoredDataError.unknownSchema(type: "OrderClosed", schema: 2)) {
            try read("OrderClosed", 2, "{}")
        }
        #expect(throws: StoredDataError.malformed(what: "HoldReleased", detail: "/holdId is required")) {
            try read("HoldReleased", 1, "{}")
        }
        #expect(throws: StoredDataError.self) { try read("HoldReleased", 1, "[]") }
        #expect(throws: StoredDataError.self) { try read("HoldReleased", 1, "{") }
        #expect(throws: StoredDataError.self) { try read("ParcelLost", 1, texts(scanned("p", "s", .delivered, 1))[0]) }
        #expect(throws: Never.self) { try read("HoldReleased", 1, #"{"holdId":"h","added":"later"}"#) }
    }
}
