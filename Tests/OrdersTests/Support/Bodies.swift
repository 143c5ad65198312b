import Orders

/// A well-formed `placeOrder`, with members replaced, or left out where the replacement is nil.
func placeBody(_ changes: [String: String?] = [:]) -> String {
    var members: [(String, String)] = [
        ("number", #""1001""#), ("shop", #""aurora""#), ("customer", #""c-1""#), ("contactRef", #""contact-1""#),
        ("country", #""DE""#), ("currency", #""EUR""#), ("locale", #""de-DE""#), ("lines", "[\(lineBody())]"),
        ("shipping", money(300)), ("tax", money(200)), ("discount", money(100)), ("total", money(2400)),
    ]
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
        members.removeAll { $0.0 == name }
        if let value { members.append((name, value)) }
    }
    return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
}

/// A line, with further members where `more` has some.
func lineBody(
    _ lineId: String = "a",
    quantity: String = "2",
    price: String = money(1000),
    _ more: String = ""
) -> String {
    let rest = more.isEmpty ? "" : "," + more
    return #"{"lineId":"\#(lineId)","sku":"A-1","name":"Lamp","quantity":\#(quantity),"unitPrice":\#(price)\#(rest)}"#
}

func money(_ amount: Int64, _ currency: String = "EUR") -> String {
    #"{"amount":\#(amount),"currency":"\#(currency)"}"#
}

func scanBody(_ parcelId: String, _ scanId: String, _ code: String, _ minute: Int, _ more: String = "") -> String {
    let time = at(minute).rfc3339
    return #"{"parcelId":"\#(parcelId)","scanId":"\#(scanId)","code":"\#(code)","occurredAt":"\#(time)"\#(more)}"#
}

func paymentBody(_ paymentId: String, _ kind: String, _ amount: Int64, _ currency: String = "EUR") -> String {
    #"{"paymentId":"\#(paymentId)","kind":"\#(kind)","amount":\#(money(amount, currency)),"providerRef":"ref-1"}"#
}
