import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

@Suite struct CanonicalFormTests {
    private func canonical(_ name: CommandName, _ json: String) throws -> String {
        String(decoding: try decode(name, json).canonicalBytes, as: UTF8.self)
    }

    @Test func equalMeaningsHaveOneText() throws {
        let first = #"{"holdId":"h","reason":"stock","occurredAt":"2026-11-02T10:00:00Z"}"#
        let second = #" {"occurredAt":"2026-11-02T11:00:00.000+01:00","reason":"st\u006fck", "holdId":"h"}"#
        #expect(try canonical(.holdOrder, first) == canonical(.holdOrder, second))
        let one = #"{"parcelId":"p","lines":[{"lineId":"a","quantity":1}]}"#
        let same = #"{"lines":[{"quantity":1.0,"lineId":"a"}],"parcelId":"p"}"#
        #expect(try canonical(.packParcel, one) == canonical(.packParcel, same))
    }

    @Test func differentMeaningsHaveDifferentTexts() throws {
        let texts = try [
            canonical(.cancelOrder, #"{"reason":"stock"}"#), canonical(.cancelOrder, #"{"reason":"other"}"#),
            canonical(.cancelOrder, #"{"reason":"stock","lines":[{"lineId":"a","quantity":1}]}"#),
            canonical(.cancelOrder, #"{"reason":"stock","occurredAt":"2026-11-02T10:00:00Z"}"#),
            canonical(.confirmOrder, "{}"), canonical(.closeOrder, "{}"),
            canonical(.placeOrder, placeBody()), canonical(.placeOrder, placeBody(["taxIncluded": "false"])),
            canonical(.placeOrder, placeBody(["terms": "\"prepaid\""])),
            canonical(.placeOrder, placeBody(["number": "\"2\""])),
        ]
        #expect(Set(texts).count == texts.count)
    }
}
