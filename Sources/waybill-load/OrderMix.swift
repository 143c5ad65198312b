import Foundation

/// The commands of an order that arrives in one parcel, as requests ready to send.
struct OrderMix {
    private let token: String
    private let orderId = UUID().uuidString.lowercased()
    private var step = 0

    init(token: String) {
        self.token = token
    }

    static let length = 8

    /// The next request; nil once the order has arrived.
    mutating func next() -> [UInt8]? {
        defer { step += 1 }
        let now = Date().ISO8601Format()
        let money = { (amount: Int) in #"{"amount":\#(amount),"currency":"EUR"}"# }
        switch step {
        case 0:
            return request(
                "/v1/orders",
                """
                {"orderId":"\(orderId)","number":"L-1","shop":"\(Target.shop)","customer":"c-\(orderId.prefix(4))","contactRef":"r",\
                "country":"DE","currency":"EUR","locale":"de-DE","lines":[{"lineId":"l1","sku":"TEA-1","name":"Green tea",\
                "quantity":2,"unitPrice":\(money(1250))},{"lineId":"l2","sku":"POT-3","name":"Tea pot","quantity":1,\
                "unitPrice":\(money(4900))}],"shipping":\(money(490)),"tax":\(money(0)),"discount":\(money(0)),"total":\(money(7890))}
                """
            )
        case 1:
            let report = #"{"paymentId":"p","kind":"authorized","amount":\#(money(7890)),"providerRef":"psp-1"}"#
            return request("/v1/orders/\(orderId)/payment", report)
        case 2: return request("/v1/orders/\(orderId)/confirm", "{}")
        case 3:
            let lines = #"[{"lineId":"l1","quantity":2},{"lineId":"l2","quantity":1}]"#
            return request("/v1/orders/\(orderId)/pack", #"{"parcelId":"p1","lines":\#(lines)}"#)
        case 4:
            return request(
                "/v1/orders/\(orderId)/dispatch",
                #"{"parcelId":"p1","carrier":"dhl","trackingNumber":"T1"}"#
            )
        case 5, 6, 7:
            let code = ["inTransit", "outForDelivery", "delivered"][step - 5]
            let scan = #"{"parcelId":"p1","scanId":"s\#(step)","code":"\#(code)","occurredAt":"\#(now)"}"#
            return request("/v1/orders/\(orderId)/scan", scan)
        default: return nil
        }
    }

    private func request(_ path: String, _ body: String) -> [UInt8] {
        Array(
            """
            POST \(path) HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: Bearer \(token)\r
            Content-Type: application/json\r
            Idempotency-Key: \(orderId)-\(step)\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """.utf8
        )
    }
}
