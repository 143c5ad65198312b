import Testing

@testable import Orders

/// The fields of orders and commands, each with its limits.
@Suite struct NewFieldTests {
    @Test(arguments: [
        ("customer", quoted(String(repeating: "x", count: 256)), "/customer"),
        ("customer", quoted(#"a\u0007b"#), "/customer"),
        ("customer", quoted(""), "/customer"), ("terms", quoted("net30"), "/terms"), ("fees", "{}", "/fees"),
        ("fees", #"[{"feeId":"f","name":"x"}]"#, "/fees/0/amount"),
        ("fees", #"[{"feeId":"f","name":"x","amount":\#(money(0, "USD"))}]"#, "/fees/0/amount/currency"),
        (
            "fees",
            #"[{"feeId":"f","name":"x","amount":\#(money(0))},{"feeId":"f","name":"y","amount":\#(money(0))}]"#,
            "/fees/1/feeId"
        ),
        ("relatesTo", #"{"orderId":"0192f0c1-0000-7000-8000-00000000000a","kind":"twin"}"#, "/relatesTo/kind"),
        ("relatesTo", #"{"kind":"split"}"#, "/relatesTo/orderId"), ("metadata", "null", "/metadata"),
        ("metadata", #"{"k":7}"#, "/metadata/k"), ("locale", quoted("de__DE"), "/locale"),
        ("contactRef", "null", "/contactRef"),
    ])
    func aWrongFieldOfAnOrderIsNamed(name: String, json: String, pointer: String) throws {
        #expect(try pointers(.placeOrder, placeBody([name: json])).contains(pointer))
    }

    @Test func fieldsAreTakenUpToTheirLimits() throws {
        let most = String(repeating: "x", count: 255)
        #expect(try pointers(.placeOrder, placeBody(["customer": quoted(most)])) == [])
        #expect(try pointers(.placeOrder, placeBody(["locale": quoted("zh_Hant_TW")])) == [])
        #expect(try pointers(.placeOrder, placeBody(["contactRef": nil, "country": nil])) == [])
        let text = String(repeating: "é", count: 500)
        #expect(try pointers(.placeOrder, placeBody(["metadata": #"{"k":"\#(text)"}"#])) == [])
        #expect(try pointers(.placeOrder, placeBody(["metadata": #"{"k":"\#(text)x"}"#])) == ["/metadata/k"])
        let key = String(repeating: "k", count: 64)
        #expect(try pointers(.placeOrder, placeBody(["metadata": #"{"\#(key)":""}"#])) == [])
        #expect(try !pointers(.placeOrder, placeBody(["metadata": #"{"\#(key)k":""}"#])).isEmpty)
    }

    @Test(arguments: [
        (#""lineTotal":-1"#, "/lines/0/lineTotal"), (#""lineTotal":null"#, "/lines/0/lineTotal"),
        (#""discount":\#(money(2001))"#, "/lines/0/discount"), (#""tax":\#(money(1, "USD"))"#, "/lines/0/tax/currency"),
        (#""promised":{}"#, "/lines/0/promised/earliest"), (#""colour":"red""#, "/lines/0/colour"),
    ])
    func aWrongFieldOfALineIsNamed(more: String, pointer: String) throws {
        let line = lineBody("a", quantity: "2", price: money(1000), more)
        #expect(try pointers(.placeOrder, placeBody(["lines": "[\(line)]"])).contains(pointer))
    }

    @Test(
        arguments: [
            (Step.adjust("x", "sideways", 1), "/direction"),
            (.adjust("x", "lower", 1).saying("reason", "whim"), "/reason"),
            (.adjust("a b", "lower", 1), "/adjustmentId"), (.adjust("x", "lower", -1), "/amount/amount"),
            (.edit(total: -1), "/total/amount"), (Step.edit(total: 1).without("total"), "/total"),
            (.edit(total: 1).with("lines", "[]"), "/lines"), (.cancel().with("reduction", "5"), "/reduction"),
            (.pack("p", ["a": 1], kind: "drone"), "/kind"),
            (.pack("p", ["a": 1]).with("pickupPlace", "{}"), "/pickupPlace/text"),
            (.end("p", "e", "eaten"), "/outcome"), (Step.end("p", "e", "lost").without("reason"), "/reason"),
            (.shortage("c", "p", ["a": 1], kind: "late"), "/kind"), (.shortage("c", "p", [:]), "/lines"),
            (.pay("m", "stolen", 1), "/kind"), (Step.pay("m", "captured", 1).with("final", "1"), "/final"),
            (Step.unpay("m").without("reason"), "/reason"), (Step.cancelReturn("r").without("reason"), "/reason"),
            (.receive("r", ["a": 1], receipt: "a b"), "/receiptId"),
            (Step.receive("r", ["a": 1]).with("complete", "1"), "/complete"),
            (Step.approve("r").with("staffNote", "7"), "/staffNote"),
            (Step.close.with("writeOff", quoted("")), "/writeOff"),
            (Step.reopen.without("reason"), "/reason"), (.metadata(), "/set"),
            (.metadata(set: "{}", private: nil).with("private", "1"), "/private"),
            (Step.scan("p", "s", .lost, 1).saying("detail", "a b"), "/detail"),
            (Step.dispatch("p").saying("trackingNumber", "--"), "/trackingNumber"),
            (Step.track(parcel: "p"), "/trackingNumber"),
        ] as [(Step, String)]
    )
    func aWrongFieldOfACommandIsNamed(step: Step, pointer: String) throws {
        #expect(try pointers(step.name, step.body).contains(pointer))
    }

    @Test func aCarriersFinerWordIsAnId() throws {
        #expect(try pointers(.recordScan, Step.scan("p", "s", .lost, 1).saying("detail", "DHL:7.b_2").body) == [])
    }

    @Test func anEmptyNoteIsANote() throws {
        #expect(try pointers(.decideReturn, Step.approve("r").saying("note", "").saying("staffNote", "").body) == [])
    }
}
