import Foundation
import Testing
import WaybillClient

@Suite struct ValueTests {
    private func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test func eventForStaffIsDecoded() throws {
        let event: OrderChange = try decode(
            """
            {"position":"q5fz2mxa-16","orderId":"019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4","number":"AU-10001","shop":"aurora",
            "customer":"c-4f1a","version":16,"type":"ParcelDelivered","schema":1,"statusBefore":"shipped",
            "status":"delivered","occurredAt":"2026-11-05T09:26:00Z","recordedAt":"2026-11-05T09:26:02.000000Z",
            "data":{"parcelId":"p2","proof":{"kind":"signature"}},"internal":{},"actor":"backend:backend",
            "commandId":"example:16","skipped":3}
            """
        )
        #expect(event.position == "q5fz2mxa-16")
        #expect(event.version == 16)
        #expect(event.statusBefore == "shipped")
        #expect(event.data?["proof"]?["kind"]?.string == "signature")
        #expect(event.internal == .object([:]))
        #expect(event.actor == "backend:backend")
        #expect(event.correlationId == nil)
        #expect(event.skipped == 3)
    }

    @Test func eventForCustomersIsDecoded() throws {
        let event: OrderChange = try decode(
            """
            {"position":"p","orderId":"o","number":"1","shop":"s","customer":"c","version":1,"type":"OrderPlaced",
            "schema":1,"statusBefore":null,"status":"placed","occurredAt":"t","recordedAt":"t","data":null}
            """
        )
        #expect(event.statusBefore == nil)
        #expect(event.data == nil)
        #expect(event.internal == nil)
    }

    @Test func everyKindOfJSONIsDecoded() throws {
        let value: JSON = try decode(#"{"a":[null,true,1,1.5,"x",9007199254740991,1e2],"b":{}}"#)
        let elements: [JSON] = [
            .null, .bool(true), .integer(1), .number(1.5), .string("x"), .integer(9_007_199_254_740_991), .integer(100),
        ]
        #expect(value == .object(["a": .array(elements), "b": .object([:])]))
        #expect(value["a"]?.array?[1].bool == true)
        #expect(value["a"]?.array?[2].integer == 1)
        #expect(value["b"]?["c"] == nil)
        #expect(JSON.string("x")["c"] == nil)
    }
}
