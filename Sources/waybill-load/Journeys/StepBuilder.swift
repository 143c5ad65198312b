/// A builder of the commands of a prepaid order with two lines, in one shop.
struct StepBuilder {
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

    var place: JourneyStep {
        let prefix = shop.name.prefix(1).uppercased()
        let lines = [
            ("l1", "SKU-l1-1", shop.goods.0, 2, Self.price.l1), ("l2", "SKU-l2-1", shop.goods.1, 1, Self.price.l2),
        ]
        .map { line, sku, name, quantity, price in
            #"{"lineId":"\#(line)","sku":"\#(sku)","name":"\#(name)","quantity":\#(quantity),"#
                + #""unitPrice":\#(money(price))}"#
        }
        .joined(separator: ",")
        return JourneyStep(
            command: "placeOrder",
            path: "",
            fields: #""number":"\#(prefix)-@number@","shop":"\#(shop.name)","customer":"cust-@customer@","#
                + #""contactRef":"contact-@customer@","country":"\#(shop.country)","currency":"\#(shop.currency)","#
                + #""locale":"\#(shop.locale)","lines":[\#(lines)],"shipping":\#(money(Self.price.shipping)),"#
                + #""tax":\#(money(0)),"discount":\#(money(0)),"total":\#(money(Self.total)),"taxIncluded":true"#
        )
    }

    var confirm: JourneyStep { JourneyStep(command: "confirmOrder", path: "confirm", fields: "") }
    var release: JourneyStep { JourneyStep(command: "releaseHold", path: "release-hold", fields: #""holdId":"h1""#) }

    func hold(_ reason: String) -> JourneyStep {
        JourneyStep(command: "holdOrder", path: "hold", fields: #""holdId":"h1","reason":"\#(reason)""#)
    }

    func payment(_ kind: String) -> JourneyStep {
        let report = #""paymentId":"pay-\#(kind)","kind":"\#(kind)","amount":\#(money(Self.total)),"#
        return JourneyStep(command: "recordPayment", path: "payment", fields: report + #""providerRef":"psp-@number@""#)
    }

    /// Cancels some lines of the order; nil cancels all.
    func cancel(lines ids: [String]?) -> JourneyStep {
        let part = ids.map { #""lines":[\#(lines($0))],"# } ?? ""
        return JourneyStep(command: "cancelOrder", path: "cancel", fields: part + #""reason":"customer""#)
    }

    func pack(_ parcel: String, lines ids: [String] = ["l1", "l2"]) -> JourneyStep {
        JourneyStep(command: "packParcel", path: "pack", fields: #""parcelId":"\#(parcel)","lines":[\#(lines(ids))]"#)
    }

    /// The commands that pack and dispatch a parcel.
    func parcel(_ parcel: String, lines ids: [String] = ["l1", "l2"]) -> [JourneyStep] {
        let fields =
            #""parcelId":"\#(parcel)","carrier":"\#(shop.carrier)","trackingNumber":"TRK@number@\#(parcel.uppercased())""#
        return [pack(parcel, lines: ids), JourneyStep(command: "dispatchParcel", path: "dispatch", fields: fields)]
    }

    /// The scans from transit to delivery.
    func delivery(_ parcel: String) -> [JourneyStep] {
        ["inTransit", "outForDelivery", "delivered"].enumerated().map { scan($1, of: parcel, number: $0) }
    }

    /// A carrier's scan of a parcel.
    ///
    /// - Parameters:
    ///   - code: the scan's code, such as `inTransit`.
    ///   - parcel: the parcel's id.
    ///   - number: a number that tells the parcel's scans apart.
    ///   - reason: the reason of a failure.
    ///   - time: the time of the scan, in the notation of `CommandTemplate`.
    func scan(
        _ code: String,
        of parcel: String,
        number: Int,
        reason: String? = nil,
        at time: String = "@now@"
    ) -> JourneyStep {
        let reason = reason.map { #","reason":"\#($0)""# } ?? ""
        return JourneyStep(
            command: "recordScan",
            path: "scan",
            fields: #""parcelId":"\#(parcel)","scanId":"\#(parcel)-\#(number)-\#(code)","code":"\#(code)","#
                + #""occurredAt":"\#(time)"\#(reason)"#
        )
    }

    func void(_ parcel: String) -> JourneyStep {
        let fields = #""parcelId":"\#(parcel)","reason":"The box was too small""#
        return JourneyStep(command: "voidParcel", path: "void-parcel", fields: fields)
    }

    func retractScan(_ scan: String, of parcel: String) -> JourneyStep {
        let fields = #""parcelId":"\#(parcel)","scanId":"\#(scan)","reason":"Scanned at the wrong door""#
        return JourneyStep(command: "retractScan", path: "retract-scan", fields: fields)
    }

    func delay(_ parcel: String) -> JourneyStep {
        let window = #""window":{"earliest":"@later@","latest":"@latest@"}"#
        let fields = #""parcelId":"\#(parcel)",\#(window),"source":"carrier","reason":"Snow""#
        return JourneyStep(command: "reviseEta", path: "revise-eta", fields: fields)
    }

    func note(_ text: String, visibility: String) -> JourneyStep {
        JourneyStep(command: "addNote", path: "note", fields: #""text":"\#(text)","visibility":"\#(visibility)""#)
    }

    var requestReturn: JourneyStep {
        let fields = #""returnId":"r1","lines":[\#(lines(["l1", "l2"]))],"reason":"It does not suit the room""#
        return JourneyStep(command: "requestReturn", path: "request-return", fields: fields)
    }

    func decideReturn(approve: Bool) -> JourneyStep {
        JourneyStep(command: "decideReturn", path: "decide-return", fields: #""returnId":"r1","approve":\#(approve)"#)
    }

    var receiveReturn: JourneyStep {
        let lines = lines(["l1", "l2"], condition: "sellable")
        return JourneyStep(
            command: "receiveReturn",
            path: "receive-return",
            fields: #""returnId":"r1","lines":[\#(lines)]"#
        )
    }
}
