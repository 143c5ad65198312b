import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

/// The pointers of everything that is wrong with a body.
func pointers(_ name: CommandName, _ json: String, ignoring: [StaticString] = []) throws -> [String] {
    do {
        _ = try OrderCommand.decode(name, try object(json), ignoring: ignoring)
        return []
    } catch let error as InvalidCommand {
        return error.errors.map(\.pointer)
    }
}

@Suite struct PlaceOrderDecodingTests {
    @Test func aWellFormedOrderIsRead() throws {
        let id = "0192F0C1-0000-7000-8000-00000000000A"
        let command = try decode(.placeOrder, placeBody(["orderId": "\"\(id)\""]))
        #expect(command.orderId?.uuidString == id)
        #expect(command.number == "1001" && command.shop == "aurora" && command.customer == "c-1")
        #expect(try decode(.placeOrder, placeBody()).orderId == nil)
    }

    @Test(
        arguments: [
            ("number", nil, "/number"), ("number", "17", "/number"), ("number", "\"\"", "/number"),
            ("number", "null", "/number"), ("customer", "\"a\\u0000b\"", "/customer"), ("orderId", "\"x\"", "/orderId"),
            ("shop", "\"Aurora\"", "/shop"), ("shop", "\"\"", "/shop"), ("country", "\"de\"", "/country"),
            ("country", "\"DEU\"", "/country"), ("currency", "\"EURO\"", "/currency"),
            ("currency", "\"eur\"", "/currency"),
            ("locale", "\"de DE\"", "/locale"), ("locale", "\"-\"", "/locale"), ("lines", "[]", "/lines"),
            ("lines", "{}", "/lines"), ("lines", "[1]", "/lines/0"), ("lines", nil, "/lines"),
            ("taxIncluded", "\"yes\"", "/taxIncluded"), ("taxIncluded", "null", "/taxIncluded"),
            ("terms", "\"net30\"", "/terms"),
            ("promised", "{}", "/promised/earliest"), ("occurredAt", "\"yesterday\"", "/occurredAt"),
            ("shipping", "300", "/shipping"), ("shipping", "{\"amount\":300}", "/shipping/currency"),
            ("shipping", "{\"amount\":-1,\"currency\":\"EUR\"}", "/shipping/amount"),
            ("shipping", "{\"amount\":1.5,\"currency\":\"EUR\"}", "/shipping/amount"),
            ("shipping", "{\"amount\":1e400,\"currency\":\"EUR\"}", "/shipping/amount"),
            ("shipping", "{\"amount\":9007199254740992,\"currency\":\"EUR\"}", "/shipping/amount"),
            ("shipping", "{\"amount\":\"300\",\"currency\":\"EUR\"}", "/shipping/amount"),
            ("shipping", "{\"amount\":300,\"currency\":\"EUR\",\"x\":1}", "/shipping/x"),
            ("tax", "{\"amount\":200,\"currency\":\"USD\"}", "/tax/currency"),
            ("total", "{\"amount\":2401,\"currency\":\"EUR\"}", "/total"), ("colour", "\"red\"", "/colour"),
            ("a/b", "1", "/a~1b"), ("commandId", "\"x\"", "/commandId"),
        ] as [(String, String?, String)]
    )
    func everyWrongFieldIsNamed(name: String, value: String?, pointer: String) throws {
        #expect(try pointers(.placeOrder, placeBody([name: value])).first == pointer)
    }

    @Test(arguments: [
        ("{}", "/lines/0/lineId"), (lineBody("a b"), "/lines/0/lineId"),
        (lineBody(String(repeating: "x", count: 65)), "/lines/0/lineId"), (lineBody("é"), "/lines/0/lineId"),
        (lineBody(quantity: "0"), "/lines/0/quantity"), (lineBody(quantity: "1000001"), "/lines/0/quantity"),
        (lineBody(quantity: "1.5"), "/lines/0/quantity"), (lineBody(quantity: "true"), "/lines/0/quantity"),
        (lineBody(price: money(1000, "USD")), "/lines/0/unitPrice/currency"),
        (lineBody() + "," + lineBody(), "/lines/1/lineId"),
    ])
    func everyWrongLineIsNamed(lines: String, pointer: String) throws {
        #expect(try pointers(.placeOrder, placeBody(["lines": "[\(lines)]"])).contains(pointer))
    }

    @Test func everythingWrongIsToldAtOnce() throws {
        let body = placeBody(["shop": "\"A\"", "country": nil, "extra": "1", "tax": money(200, "USD"), "terms": "null"])
        #expect(try Set(pointers(.placeOrder, body)) == ["/shop", "/country", "/extra", "/tax/currency", "/terms"])
    }

    @Test func absurdBodiesDoNotEarnAbsurdAnswers() throws {
        let body = "{" + (0..<5000).map { "\"x\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try pointers(.addNote, body).count == InvalidCommand.limit)
    }

    @Test func fiveHundredLinesAreTakenAndNotOneMore() throws {
        func body(_ count: Int) -> String {
            let lines = (0..<count).map { lineBody("l\($0)", quantity: "1", price: money(1)) }.joined(separator: ",")
            return placeBody(["lines": "[\(lines)]", "total": money(Int64(count) + 400)])
        }
        #expect(try pointers(.placeOrder, body(500)) == [])
        #expect(try pointers(.placeOrder, body(501)).contains("/lines"))
    }

    @Test func fiveHundredCharactersAreTakenAndNotOneMore() throws {
        for character in ["x", "é", "😀", "\u{2028}"] {
            let text = String(repeating: character, count: 500)
            #expect(try pointers(.placeOrder, placeBody(["number": "\"\(text)\""])) == [])
            #expect(try pointers(.placeOrder, placeBody(["number": "\"\(text)x\""])) == ["/number"])
        }
    }

    @Test func totalsBeyond64BitsAreRefusedAndTrapNothing() throws {
        let price = money(Money.maximumAmount)
        let lines = (0..<500).map { lineBody("l\($0)", quantity: "1000000", price: price) }.joined(separator: ",")
        #expect(try pointers(.placeOrder, placeBody(["lines": "[\(lines)]", "total": price])) == ["/total"])
    }

    @Test func theTotalCountsTaxOnlyWhereItIsNotIncluded() throws {
        #expect(try pointers(.placeOrder, placeBody(["taxIncluded": "true"])) == ["/total"])
        #expect(try pointers(.placeOrder, placeBody(["taxIncluded": "true", "total": money(2200)])) == [])
        #expect(try pointers(.placeOrder, placeBody(["taxIncluded": "false"])) == [])
        #expect(try pointers(.placeOrder, placeBody(["discount": money(2500), "total": money(0)])) == [])
        #expect(try pointers(.placeOrder, placeBody(["discount": money(2501), "total": money(0)])) == ["/total"])
    }

    @Test func integersMayBeWrittenAsAnyWholeNumber() throws {
        #expect(try pointers(.placeOrder, placeBody(["lines": "[\(lineBody(quantity: "2.0"))]"])) == [])
        #expect(try pointers(.placeOrder, placeBody(["lines": "[\(lineBody(quantity: "0.2e1"))]"])) == [])
    }
}

@Suite struct CommandDecodingTests {
    @Test func windowsEndNoEarlierThanTheyBegin() throws {
        func body(_ earliest: String, _ latest: String) -> String {
            #"{"source":"shop","window":{"earliest":"\#(earliest)","latest":"\#(latest)"}}"#
        }
        #expect(try pointers(.reviseEta, body("2026-11-02T10:00:00Z", "2026-11-02T11:00:00+01:00")) == [])
        #expect(try pointers(.reviseEta, body("2026-11-02T10:00:01Z", "2026-11-02T10:00:00Z")) == ["/window/latest"])
    }

    @Test func aScanMustSayWhenItHappened() throws {
        #expect(try pointers(.recordScan, #"{"parcelId":"p","scanId":"s","code":"lost"}"#) == ["/occurredAt"])
    }

    @Test(arguments: [
        (CommandName.cancelOrder, #"{"reason":"bored"}"#, "/reason"), (.cancelOrder, "{}", "/reason"),
        (.cancelOrder, #"{"reason":"stock","lines":[]}"#, "/lines"),
        (.holdOrder, #"{"holdId":"h","reason":"customer"}"#, "/reason"),
        (.holdOrder, #"{"holdId":"h","reason":"fraud","note":null}"#, "/note"), (.releaseHold, "{}", "/holdId"),
        (
            .packParcel, #"{"parcelId":"p","lines":[{"lineId":"a","quantity":1},{"lineId":"a","quantity":1}]}"#,
            "/lines/1/lineId"
        ),
        (.dispatchParcel, #"{"parcelId":"p"}"#, "/carrier"), (.voidParcel, #"{"parcelId":"p"}"#, "/reason"),
        (
            .recordPayment,
            #"{"paymentId":"x","kind":"stolen","amount":{"amount":1,"currency":"EUR"},"providerRef":"r"}"#, "/kind"
        ),
        (.recordPayment, #"{"paymentId":"x","kind":"failed","amount":{"amount":1,"currency":"EUR"}}"#, "/providerRef"),
        (.recordPayment, #"{"paymentId":"x","kind":"failed","amount":1,"providerRef":"r"}"#, "/amount"),
        (.decideReturn, #"{"returnId":"r","approve":"yes"}"#, "/approve"),
        (.receiveReturn, #"{"returnId":"r","lines":[{"lineId":"a","quantity":1}]}"#, "/lines/0/condition"),
        (
            .requestReturn,
            #"{"returnId":"r","lines":[{"lineId":"a","quantity":1,"condition":"damaged"}],"reason":"x"}"#,
            "/lines/0/condition"
        ),
        (.resolveAnomaly, #"{"version":0,"note":"x"}"#, "/version"),
        (.addNote, #"{"text":"x","visibility":"all"}"#, "/visibility"),
        (.confirmOrder, #"{"orderId":"0192f0c1-0000-7000-8000-00000000000a"}"#, "/orderId"),
        (.closeOrder, #"{"x":null}"#, "/x"),
        (.retractScan, #"{"parcelId":"p","scanId":"s"}"#, "/reason"),
        (.changeShipTo, #"{"contactRef":"c"}"#, "/country"),
    ])
    func everyCommandNamesWhatIsWrong(name: CommandName, body: String, pointer: String) throws {
        #expect(try pointers(name, body).contains(pointer))
    }

    @Test(arguments: [
        (#""place":{"country":"DE"}"#, "/place/text"), (#""place":{"text":"x","zip":"1"}"#, "/place/zip"),
        (#""proof":{"kind":"fingerprint"}"#, "/proof/kind"), (#""reason":"dog""#, "/reason"), (#""eta":null"#, "/eta"),
    ])
    func everyPartOfAScanIsChecked(part: String, pointer: String) throws {
        #expect(try pointers(.recordScan, scanBody("p", "s", "exception", 1, ",\(part)")).contains(pointer))
    }

    @Test func aBulkLineMayCarryItsEnvelope() throws {
        let body = #"{"command":"confirmOrder","orderId":"x","commandId":"1","ifMatch":"\"2\""}"#
        #expect(try pointers(.confirmOrder, body, ignoring: ["command", "orderId", "commandId", "ifMatch"]) == [])
    }

    @Test func timesMayRunFiveMinutesAheadAndNoMore() throws {
        let command = try decode(.confirmOrder, #"{"occurredAt":"2026-11-02T10:05:00Z"}"#)
        #expect(command.validate(receivedAt: at(0)) == nil)
        #expect(command.validate(receivedAt: at(0).adding(seconds: -1))?.errors.map(\.pointer) == ["/occurredAt"])
        #expect(try decode(.confirmOrder).validate(receivedAt: .earliest) == nil)
        let old = try decode(.confirmOrder, #"{"occurredAt":"0001-01-01T00:00:00Z"}"#)
        #expect(old.validate(receivedAt: .latest) == nil)
    }

    @Test func pathsLeadBackToTheirCommands() {
        for name in CommandName.allCases where name != .placeOrder {
            #expect(CommandName(path: name.path) == name)
            #expect(name.payload.name == name)
        }
        #expect(CommandName(path: "") == nil)
        #expect(CommandName(path: "confirmOrder") == nil)
        #expect(CommandName.allCases.filter(\.isFact) == [.recordScan, .recordPayment])
    }
}

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

@Suite struct LargeBodyTests {
    /// What is reported of thousands of unknown fields is bounded, and so is the work for it.
    @Test func ofManyUnknownFieldsAFewAreReported() throws {
        let members = (0..<28_000).map { "\"f\($0)\":1" }.joined(separator: ",")
        let found = try pointers(.confirmOrder, "{\(members)}")
        #expect(found.count == InvalidCommand.limit)
    }
}
