import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

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

    @Test func allErrorsOfABodyAreReportedAtOnce() throws {
        let body = placeBody([
            "shop": "\"A\"", "country": "\"de\"", "extra": "1", "tax": money(200, "USD"), "terms": "null",
        ])
        #expect(try Set(pointers(.placeOrder, body)) == ["/shop", "/country", "/extra", "/tax/currency", "/terms"])
    }

    @Test func theNumberOfReportedErrorsIsBounded() throws {
        let body = "{" + (0..<5000).map { "\"x\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try pointers(.addNote, body).count == InvalidCommand.limit)
    }

    @Test func anOrderHoldsAtMostFiveHundredLines() throws {
        func body(_ count: Int) -> String {
            let lines = (0..<count).map { lineBody("l\($0)", quantity: "1", price: money(1)) }.joined(separator: ",")
            return placeBody(["lines": "[\(lines)]", "total": money(Int64(count) + 400)])
        }
        #expect(try pointers(.placeOrder, body(500)) == [])
        #expect(try pointers(.placeOrder, body(501)).contains("/lines"))
    }

    @Test func aTextHoldsAtMostFiveHundredCharacters() throws {
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
