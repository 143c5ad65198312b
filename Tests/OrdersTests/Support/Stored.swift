import Testing

@testable import Orders

/// An event as the log holds it.
func stored(_ type: String, _ schema: Int, _ data: String?, _ internal: String = "{}", at minute: Int = 0) throws
    -> OrderEvent
{
    try OrderEvent(
        type: type,
        schema: schema,
        occurredAt: at(minute),
        number: "1001",
        shop: "aurora",
        customer: "c-1",
        data: data.map { Array($0.utf8) },
        internal: Array(`internal`.utf8)
    )
}

/// Orders as the first version stored them.
enum FirstVersion {
    /// Two at 50.00 and tax 8.00 on top: 108.00.
    static var placed: OrderEvent {
        get throws {
            try stored(
                "OrderPlaced",
                1,
                """
                {"contactRef":"contact-1","country":"DE","currency":"EUR","locale":"de-DE",\
                "lines":[\(lineBody("a", quantity: "2", price: money(5000)))],"shipping":\(money(0)),"tax":\(money(800)),\
                "discount":\(money(0)),"total":\(money(10_800)),"taxIncluded":false,"terms":"prepaid"}
                """
            )
        }
    }

    static var confirmed: OrderEvent { get throws { try stored("OrderConfirmed", 1, "{}", at: 1) } }

    static var captured: OrderEvent {
        get throws {
            try stored(
                "PaymentCaptured",
                1,
                #"{"paymentId":"m","kind":"captured","amount":\#(money(10_800))}"#,
                #"{"providerRef":"ref-1"}"#,
                at: 2
            )
        }
    }

    static var packed: OrderEvent {
        get throws { try stored("ParcelPacked", 1, #"{"parcelId":"p","lines":\#(list(["a": 2]))}"#, at: 3) }
    }

    static var dispatched: OrderEvent {
        get throws {
            try stored("ParcelDispatched", 1, #"{"parcelId":"p","carrier":"dhl","trackingNumber":"T1"}"#, at: 4)
        }
    }

    static func scanned(_ type: String, _ scanId: String, _ code: String, _ status: String, _ minute: Int) throws
        -> OrderEvent
    {
        try stored(
            type,
            1,
            #"{"parcelId":"p","scanId":"\#(scanId)","code":"\#(code)","parcelStatus":"\#(status)"}"#,
            at: minute
        )
    }

    /// Both units delivered in `p` at 10:20.
    static var delivered: Given {
        get throws {
            try Given([placed, confirmed, captured, packed, dispatched]).adding(
                scanned("ParcelDelivered", "d", "delivered", "delivered", 20)
            )
        }
    }
}
