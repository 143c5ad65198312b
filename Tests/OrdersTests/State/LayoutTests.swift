import StrictJSON
import Testing

@testable import Orders

/// The members of an order as JSON, in their order.
@Suite struct LayoutTests {
    private static let everything = twoLamps.with("promised", window(100)).with("metadata", #"{"k":"v"}"#)
        .with("privateMetadata", #"{"p":"v"}"#)
        .with("relatesTo", #"{"orderId":"0192f0c1-0000-7000-8000-0000000000ff","kind":"exchange"}"#)
        .with("fees", #"[{"feeId":"f","name":"Wrap","amount":\#(money(0))}]"#)

    @Test func anOrderReadsAsDocumented() throws {
        let order = try Given(after: Self.everything, .eta(300))
        let names = [
            "orderId", "number", "shop", "customer", "version", "position", "status", "schemaOrgStatus", "lifecycle",
            "placedAt", "updatedAt", "contactRef", "country", "currency", "locale", "terms", "taxIncluded", "shipping",
            "tax", "discount", "fees", "total", "promised", "eta", "metadata", "relatesTo", "lines", "holds", "parcels",
            "payment", "returns", "notes",
        ]
        #expect(order.customer.names() == names)
        #expect(order.staff.names() == names + ["internal"])
        #expect(
            order.staff.names("internal") == [
                "attention", "attentionReasons", "anomalies", "holds", "notes", "providerRefs", "privateMetadata",
                "allowedCommands",
            ]
        )
    }

    @Test func whatAnOrderDoesNotHaveIsLeftOut() throws {
        let names = try #require(try Given(after: twoLamps.without("contactRef").without("country")).customer.names())
        for name in ["contactRef", "country", "promised", "eta", "relatesTo"] { #expect(!names.contains(name)) }
        for name in ["fees", "metadata", "holds", "parcels", "returns", "notes"] { #expect(names.contains(name)) }
    }

    @Test func aLineReadsAsDocumented() throws {
        let more =
            #""lineTotal":\#(money(1999)),"discount":\#(money(10)),"tax":\#(money(20)),"promised":\#(window(100))"#
        let line = lineBody("a", quantity: "2", price: money(1000), more)
        let counts = ["open", "packed", "shipped", "delivered", "cancelled", "returned"]
        let order = try Given(after: .place([line], tax: 20, discount: 10, total: 2009))
        #expect(
            order.customer.names("lines/a") == [
                "lineId", "sku", "name", "quantity", "unitPrice", "lineTotal", "discount", "tax", "promised",
            ] + counts
        )
        #expect(
            try Given(after: twoLamps).customer.names("lines/a")
                == ["lineId", "sku", "name", "quantity", "unitPrice"] + counts
        )
    }

    @Test func aParcelReadsAsDocumented() throws {
        let place = #"{"text":"Store 7","country":"DE","timeZone":"Europe/Berlin"}"#
        let pack = Step.pack("p", ["a": 2], kind: "pickup").saying("carrier", "dhl").saying("trackingNumber", "T1")
            .saying("trackingUrl", "https://dhl.example/T1").with("pickupPlace", place).with("origin", place)
        let scan = Step.scan("p", "s", .exception, 20).with("place", place).saying("reason", "weather")
            .saying("detail", "EX12").with("proof", #"{"kind":"photo","ref":"x"}"#).with("eta", window(100))
        let parcel = try Given.paidLamps.after(pack, .dispatch("p", carrier: nil), scan).customer
        #expect(
            parcel.names("parcels/p") == [
                "parcelId", "kind", "status", "lines", "carrier", "trackingNumber", "trackingUrl", "former",
                "pickupPlace", "origin", "eta", "scans",
            ]
        )
        #expect(
            parcel.names("parcels/p/scans/s") == [
                "scanId", "code", "occurredAt", "place", "reason", "detail", "proof", "retracted",
            ]
        )
        #expect(
            try Given.packedLamps.customer.names("parcels/p") == [
                "parcelId", "kind", "status", "lines", "former", "scans",
            ]
        )
    }

    @Test func aPaymentReadsAsDocumented() throws {
        let paid = try Given.paidLamps.after(.pay("r", "refunded", 1).for(return: "r")).customer
        #expect(
            paid.names("payment") == [
                "status", "due", "authorized", "captured", "voided", "refunded", "chargedBack", "chargebackReversed",
                "refundOwed", "reports",
            ]
        )
        for sum in [
            "due", "authorized", "captured", "voided", "refunded", "chargedBack", "chargebackReversed", "refundOwed",
        ] {
            #expect(paid.names("payment/\(sum)") == ["amount", "currency"])
        }
        #expect(
            paid.names("payment/reports/r") == ["paymentId", "kind", "amount", "occurredAt", "returnId", "retracted"]
        )
    }

    @Test func aReturnReadsAsDocumented() throws {
        let order = try Given.deliveredLamps.after(
            .requestReturn("r", ["a": 1]),
            Step.approve("r").saying("note", "send it"),
            Step.track(return: "r").saying("carrier", "dhl").saying("trackingNumber", "R1")
                .saying("trackingUrl", "https://dhl.example/R1"),
            .receive("r", ["a": 1])
        ).customer
        #expect(
            order.names("returns/r") == [
                "returnId", "status", "lines", "received", "reason", "note", "carrier", "trackingNumber", "trackingUrl",
            ]
        )
        #expect(order.names("returns/r/received/0") == ["lineId", "quantity", "condition"])
    }

    @Test func allMoneyOfAnOrderIsInItsCurrency() throws {
        let order = try Given(after: .place([lineBody("a", price: money(1000, "JPY"))], total: 2000, in: "JPY")).staff
        for path in ["shipping", "tax", "discount", "total", "payment/due", "payment/refundOwed", "lines/a/unitPrice"] {
            #expect(order.text("\(path)/currency") == "JPY")
        }
    }

    @Test func aStoredStateReadsAsItWas() throws {
        let order = try Given(after: Self.everything, .confirm, .pay("m", "captured", 2000), .pack("p", ["a": 2]))
            .after(
                .dispatch("p"),
                .scan("p", "d", .delivered, 20),
                .shortage("c", "p", ["a": 1]),
                .receive("r", ["a": 1])
            )
            .after(.adjust("x", "lower", 10), .metadata(set: #"{"z":"1"}"#, private: true), .hold("h")).order
        let restored = try Order(state: order.encodeState())
        #expect(restored == order && restored.encodeState() == order.encodeState())
    }
}
