import StrictJSON
import Testing

@testable import Orders

@Suite struct OrderJSONTests {
    private func json(_ order: Order, _ audience: Audience, _ role: CallerRole = .staff) throws -> JSONObject {
        let bytes = order.json(for: audience, role: role, position: "abcdefgh-7", recordedAt: at(61))
        return try #require(try JSONValue.parse(bytes).object)
    }

    @Test func theAnswerReadsAsDocumented() throws {
        let bytes = given(placed(), confirmed).order.json(for: .customer, position: "abcdefgh-2", recordedAt: at(61))
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"orderId":"0192f0c1-0000-7000-8000-000000000001","number":"1001","shop":"aurora","customer":"c-1","version":2,\
                "position":"abcdefgh-2","status":"preparing",\
                "schemaOrgStatus":"https://schema.org/OrderProcessing","lifecycle":"confirmed","placedAt":"2026-11-02T10:00:00Z",\
                "updatedAt":"2026-11-02T11:01:00.000000Z","contactRef":"contact-1","country":"DE","currency":"EUR","locale":"de-DE",\
                "terms":"prepaid","taxIncluded":false,"shipping":{"amount":300,"currency":"EUR"},"tax":{"amount":200,"currency":"EUR"},\
                "discount":{"amount":100,"currency":"EUR"},"fees":[],"total":{"amount":3900,"currency":"EUR"},"metadata":{},\
                "lines":[{"lineId":"a","sku":"A-1","name":"Lamp","quantity":2,"unitPrice":{"amount":1000,"currency":"EUR"},"open":2,\
                "packed":0,"shipped":0,"delivered":0,"cancelled":0,"returned":0},{"lineId":"b","sku":"B-1","name":"Bulb","quantity":3,\
                "unitPrice":{"amount":500,"currency":"EUR"},"open":3,"packed":0,"shipped":0,"delivered":0,"cancelled":0,"returned":0}],\
                "holds":[],"parcels":[],"payment":{"status":"none","due":{"amount":3900,"currency":"EUR"},\
                "authorized":{"amount":0,"currency":"EUR"},"captured":{"amount":0,"currency":"EUR"},\
                "voided":{"amount":0,"currency":"EUR"},"refunded":{"amount":0,"currency":"EUR"},\
                "chargedBack":{"amount":0,"currency":"EUR"},"chargebackReversed":{"amount":0,"currency":"EUR"},\
                "refundOwed":{"amount":0,"currency":"EUR"},"reports":[]},"returns":[],"notes":[]}
                """
        )
    }

    @Test func theAnswerToCustomersHoldsNothingForStaff() throws {
        let order = try given(placed()).after(.holdOrder, #"{"holdId":"h","reason":"fraud","note":"stolen-card"}"#)
            .after(.recordPayment, paymentBody("x", "captured", 9999)).after(
                .addNote,
                #"{"text":"staff-text","visibility":"staff"}"#
            )
            .after(.addNote, #"{"text":"hello","visibility":"customer"}"#).order
        let bytes = order.json(for: .customer, position: "p", recordedAt: at(61))
        let text = String(decoding: bytes, as: UTF8.self)
        for secret in ["fraud", "stolen-card", "ref-1", "staff-text", "overCaptured", "internal", "anomal"] {
            #expect(!text.contains(secret))
        }
        #expect(try json(order, .customer)["notes"]?.array?.count == 1)
    }

    @Test func theAnswerToStaffHoldsTheInternalPart() throws {
        let order = try given(placed()).after(.holdOrder, #"{"holdId":"h","reason":"fraud","note":"stolen-card"}"#)
            .after(.recordPayment, paymentBody("x", "captured", 9999)).after(
                .addNote,
                #"{"text":"t","visibility":"staff"}"#
            ).order
        let staff = try #require(try json(order, .staff)["internal"]?.object)
        #expect(
            staff.members.map(\.name) == [
                "attention", "attentionReasons", "anomalies", "holds", "notes", "providerRefs", "privateMetadata",
                "allowedCommands",
            ]
        )
        #expect(staff["attention"] == .bool(true))
        #expect(staff["anomalies"]?.array?.first?.object?.members.map(\.name) == ["version", "code", "message", "at"])
        #expect(staff["holds"]?.array?.first?.object?["reason"] == .string("fraud"))
        #expect(staff["holds"]?.array?.first?.object?["note"] == .string("stolen-card"))
        #expect(staff["notes"]?.array?.count == 1 && staff["providerRefs"]?.array?.count == 1)
        let commands = staff["allowedCommands"]?.array ?? []
        #expect(commands.contains(.string("resolveAnomaly")) && !commands.contains(.string("recordPayment")))
        let backend = try #require(try json(order, .staff, .backend)["internal"]?.object)
        #expect(backend["allowedCommands"]?.array?.contains(.string("recordPayment")) == true)
    }

    @Test func thePartsOfTheAnswerReadAsDocumented() throws {
        let order = try deliveredWhole.after(.requestReturn, sampleBodies[.requestReturn] ?? "").order
        let json = try json(order, .customer)
        let parcel = try #require(json["parcels"]?.array?.first?.object)
        #expect(
            parcel.members.map(\.name) == [
                "parcelId", "kind", "status", "lines", "carrier", "trackingNumber", "former", "scans",
            ]
        )
        let scan = try #require(parcel["scans"]?.array?.first?.object)
        #expect(scan.members.map(\.name) == ["scanId", "code", "occurredAt", "retracted"])
        let returned = try #require(json["returns"]?.array?.first?.object)
        #expect(returned.members.map(\.name) == ["returnId", "status", "lines", "received", "reason"])
        let report = try #require(json["payment"]?.object?["reports"]?.array?.first?.object)
        #expect(report.members.map(\.name) == ["paymentId", "kind", "amount", "occurredAt", "retracted"])
        #expect(
            json["placedAt"] == .string("2026-11-02T10:00:00Z")
                && json["updatedAt"] == .string("2026-11-02T11:01:00.000000Z")
        )
    }

    @Test func storedStatesOfAnotherLayoutAreRefused() {
        let id = "0192f0c1-0000-7000-8000-000000000001"
        func read(_ text: String) throws -> Order { try Order(state: Array(text.utf8)) }
        #expect(throws: StoredDataError.unknownSchema(type: "state", schema: 1)) { try read(#"{"v":1}"#) }
        #expect(throws: StoredDataError.unknownSchema(type: "state", schema: 3)) { try read(#"{"v":3}"#) }
        #expect(throws: StoredDataError.self) { try read("{}") }
        #expect(throws: StoredDataError.self) { try read("[]") }
        #expect(throws: StoredDataError.self) { try read("") }
        #expect(throws: StoredDataError.self) { try read(#"{"v":2,"orderId":"\#(id)","version":3}"#) }
        #expect(throws: Never.self) { try read(#"{"v":2,"orderId":"\#(id)","version":0}"#) }
    }
}
