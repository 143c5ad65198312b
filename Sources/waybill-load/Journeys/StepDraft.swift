/// The commands of an order of two lines, prepaid, in one shop.
struct StepDraft {
    let shop: LoadShop

    private static let quantities = ["l1": 2, "l2": 1]

    private func money(_ units: Int) -> String {
        #"{"amount":\#(units * shop.scale),"currency":"\#(shop.currency)"}"#
    }

    private func lines(_ ids: [String], condition: String? = nil) -> String {
        let condition = condition.map { #","condition":"\#($0)""# } ?? ""
        return ids.map { #"{"lineId":"\#($0)","quantity":\#(Self.quantities[$0] ?? 1)\#(condition)}"# }
            .joined(separator: ",")
    }

    private static let price = (l1: 24, l2: 89, shipping: 5)
    private static var total: Int { 2 * price.l1 + price.l2 + price.shipping }

    var place: Step {
        let prefix = shop.name.prefix(1).uppercased()
        let lines = [
            ("l1", "SKU-l1-1", shop.goods.0, 2, Self.price.l1), ("l2", "SKU-l2-1", shop.goods.1, 1, Self.price.l2),
        ]
        .map { line, sku, name, quantity, price in
            #"{"lineId":"\#(line)","sku":"\#(sku)","name":"\#(name)","quantity":\#(quantity),"#
                + #""unitPrice":\#(money(price))}"#
        }
        .joined(separator: ",")
        return Step(
            command: "placeOrder",
            path: "",
            fields: #""number":"\#(prefix)-@number@","shop":"\#(shop.name)","customer":"cust-@customer@","#
                + #""contactRef":"contact-@customer@","country":"\#(shop.country)","currency":"\#(shop.currency)","#
                + #""locale":"\#(shop.locale)","lines":[\#(lines)],"shipping":\#(money(Self.price.shipping)),"#
                + #""tax":\#(money(0)),"discount":\#(money(0)),"total":\#(money(Self.total)),"taxIncluded":true"#
        )
    }

    var confirm: Step { Step(command: "confirmOrder", path: "confirm", fields: "") }
    var release: Step { Step(command: "releaseHold", path: "release-hold", fields: #""holdId":"h1""#) }

    func hold(_ reason: String) -> Step {
        Step(command: "holdOrder", path: "hold", fields: #""holdId":"h1","reason":"\#(reason)""#)
    }

    func payment(_ kind: String) -> Step {
        let report = #""paymentId":"pay-\#(kind)","kind":"\#(kind)","amount":\#(money(Self.total)),"#
        return Step(command: "recordPayment", path: "payment", fields: report + #""providerRef":"psp-@number@""#)
    }

    func cancel(_ ids: [String]?) -> Step {
        let part = ids.map { #""lines":[\#(lines($0))],"# } ?? ""
        return Step(command: "cancelOrder", path: "cancel", fields: part + #""reason":"customer""#)
    }

    func pack(_ parcel: String, _ ids: [String] = ["l1", "l2"]) -> Step {
        Step(command: "packParcel", path: "pack", fields: #""parcelId":"\#(parcel)","lines":[\#(lines(ids))]"#)
    }

    func parcel(_ parcel: String, _ ids: [String] = ["l1", "l2"]) -> [Step] {
        let fields =
            #""parcelId":"\#(parcel)","carrier":"\#(shop.carrier)","trackingNumber":"TRK@number@\#(parcel.uppercased())""#
        return [pack(parcel, ids), Step(command: "dispatchParcel", path: "dispatch", fields: fields)]
    }

    func delivery(_ parcel: String) -> [Step] {
        ["inTransit", "outForDelivery", "delivered"].enumerated().map { scan(parcel, $1, $0) }
    }

    func scan(_ parcel: String, _ code: String, _ index: Int, reason: String? = nil, at time: String = "@now@") -> Step
    {
        let reason = reason.map { #","reason":"\#($0)""# } ?? ""
        return Step(
            command: "recordScan",
            path: "scan",
            fields: #""parcelId":"\#(parcel)","scanId":"\#(parcel)-\#(index)-\#(code)","code":"\#(code)","#
                + #""occurredAt":"\#(time)"\#(reason)"#
        )
    }

    func void(_ parcel: String) -> Step {
        let fields = #""parcelId":"\#(parcel)","reason":"The box was too small""#
        return Step(command: "voidParcel", path: "void-parcel", fields: fields)
    }

    func retract(_ parcel: String, _ scan: String) -> Step {
        let fields = #""parcelId":"\#(parcel)","scanId":"\#(scan)","reason":"Scanned at the wrong door""#
        return Step(command: "retractScan", path: "retract-scan", fields: fields)
    }

    func delay(_ parcel: String) -> Step {
        let window = #""window":{"earliest":"@later@","latest":"@latest@"}"#
        let fields = #""parcelId":"\#(parcel)",\#(window),"source":"carrier","reason":"Snow""#
        return Step(command: "reviseEta", path: "revise-eta", fields: fields)
    }

    func note(_ text: String, _ visibility: String) -> Step {
        Step(command: "addNote", path: "note", fields: #""text":"\#(text)","visibility":"\#(visibility)""#)
    }

    var requestReturn: Step {
        let fields = #""returnId":"r1","lines":[\#(lines(["l1", "l2"]))],"reason":"It does not suit the room""#
        return Step(command: "requestReturn", path: "request-return", fields: fields)
    }

    func decideReturn(_ approve: Bool) -> Step {
        Step(command: "decideReturn", path: "decide-return", fields: #""returnId":"r1","approve":\#(approve)"#)
    }

    var receiveReturn: Step {
        let lines = lines(["l1", "l2"], condition: "sellable")
        return Step(command: "receiveReturn", path: "receive-return", fields: #""returnId":"r1","lines":[\#(lines)]"#)
    }
}
