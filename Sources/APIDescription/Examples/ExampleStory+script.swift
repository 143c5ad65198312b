import Orders
import StrictJSON

extension ExampleStory {
    /// The commands of the story, in an order in which the domain takes them all. Every command is among them.
    static let script: [(CommandName, JSONValue)] = beginning + shipping + arrival + ending

    private static let beginning: [(CommandName, JSONValue)] = [
        (.placeOrder, placement),
        (
            .recordPayment,
            [
                "paymentId": "pay-1", "kind": "authorized", "amount": euros(15460), "providerRef": "psp-84c1",
                "occurredAt": "2026-11-02T08:15:10Z",
            ]
        ),
        (.holdOrder, ["holdId": "h-1", "reason": "address", "note": "The house number is missing."]),
        (.changeShipTo, ["contactRef": "contact-7d20", "country": "DE"]),
        (.releaseHold, ["holdId": "h-1"]),
        (
            .editOrder,
            ["fees": [["feeId": "f1", "name": "Gift wrapping", "amount": euros(300)]], "total": euros(15760)]
        ),
        (
            .adjustTotal,
            [
                "adjustmentId": "adj-1", "amount": euros(300), "direction": "lower", "reason": "goodwill",
                "note": "The wrapping is on us.",
            ]
        ),
        (.setMetadata, ["set": ["giftMessage": "Happy birthday"]]),
        (.confirmOrder, [:]),
        (.cancelOrder, ["lines": [["lineId": "l2", "quantity": 1]], "reason": "stock"]),
    ]

    private static let shipping: [(CommandName, JSONValue)] = [
        (.packParcel, ["parcelId": "p1", "lines": [["lineId": "l1", "quantity": 1]]]),
        (.voidParcel, ["parcelId": "p1", "reason": "The box was torn."]),
        (
            .packParcel,
            [
                "parcelId": "p2",
                "lines": [["lineId": "l1", "quantity": 1], ["lineId": "l2", "quantity": 2]],
            ]
        ),
        (
            .dispatchParcel,
            [
                "parcelId": "p2", "carrier": "dhl", "trackingNumber": "00340434161094015902",
                "eta": ["earliest": "2026-11-04T08:00:00Z", "latest": "2026-11-04T18:00:00Z"],
            ]
        ),
        (
            .setTracking,
            [
                "parcelId": "p2", "carrier": "dhl", "trackingNumber": "00340434161094015903",
                "trackingUrl": "https://carrier.example/00340434161094015903",
            ]
        ),
        (
            .reviseEta,
            [
                "parcelId": "p2", "window": ["earliest": "2026-11-05T08:00:00Z", "latest": "2026-11-05T12:00:00Z"],
                "source": "carrier", "reason": "Snow on the road.",
            ]
        ),
        (
            .recordScan,
            [
                "parcelId": "p2", "scanId": "s1", "code": "inTransit", "occurredAt": "2026-11-03T21:40:00+01:00",
                "place": ["text": "Leipzig Hub", "country": "DE", "timeZone": "Europe/Berlin"],
            ]
        ),
        (
            .recordScan,
            [
                "parcelId": "p2", "scanId": "s2", "code": "exception", "occurredAt": "2026-11-04T05:10:00Z",
                "reason": "weather",
            ]
        ),
        (.retractScan, ["parcelId": "p2", "scanId": "s2", "reason": "It was another parcel."]),
    ]

    private static let arrival: [(CommandName, JSONValue)] = [
        (
            .endParcel,
            [
                "parcelId": "p2", "scanId": "e1", "outcome": "delivered", "reason": "The customer told us so.",
                "occurredAt": "2026-11-05T09:25:00Z",
            ]
        ),
        (
            .recordScan,
            [
                "parcelId": "p2", "scanId": "s3", "code": "delivered", "occurredAt": "2026-11-05T09:26:00Z",
                "proof": ["kind": "signature", "ref": "sig-5512"],
            ]
        ),
        (
            .reportShortage,
            [
                "claimId": "c1", "parcelId": "p2", "lines": [["lineId": "l2", "quantity": 1]], "kind": "damaged",
                "note": "The bulb is broken.",
            ]
        ),
        (.cancelOrder, ["lines": [["lineId": "l2", "quantity": 1]], "reason": "stock"]),
    ]

    private static let ending: [(CommandName, JSONValue)] = [
        (
            .recordPayment,
            [
                "paymentId": "pay-2", "kind": "captured", "amount": euros(14180), "providerRef": "psp-84c1",
                "final": true,
                "occurredAt": "2026-11-05T09:30:00Z",
            ]
        ),
        (.requestReturn, ["returnId": "r1", "lines": [["lineId": "l2", "quantity": 1]], "reason": "Too bright."]),
        (.decideReturn, ["returnId": "r1", "approve": true]),
        (
            .receiveReturn,
            ["returnId": "r1", "lines": [["lineId": "l2", "quantity": 1, "condition": "sellable"]]]
        ),
        (.requestReturn, ["returnId": "r2", "lines": [["lineId": "l1", "quantity": 1]], "reason": "Too tall."]),
        (.cancelReturn, ["returnId": "r2", "reason": "The customer keeps the lamp."]),
        (.recordPayment, refund("pay-3", 690)),
        (.retractPayment, ["paymentId": "pay-3", "reason": "It was the refund of another order."]),
        (.recordPayment, refund("pay-4", 790)),
        (.addNote, ["text": "The refund is on its way.", "visibility": "customer"]),
    ]

    private static func refund(_ paymentId: String, _ cents: Int64) -> JSONValue {
        [
            "paymentId": .string(paymentId), "kind": "refunded", "amount": euros(cents), "providerRef": "psp-84c1",
            "returnId": "r1",
        ]
    }

    private static let placement: JSONValue = [
        "number": "AU-10001", "shop": "aurora", "customer": "c-4f1a", "contactRef": "contact-2fe6", "country": "DE",
        "currency": "EUR", "locale": "de-DE",
        "lines": [
            [
                "lineId": "l1", "sku": "LMP-OAK", "name": "Stehleuchte Eiche", "quantity": 1,
                "unitPrice": euros(12900),
            ],
            ["lineId": "l2", "sku": "BLB-E27", "name": "LED-Lampe E27", "quantity": 3, "unitPrice": euros(690)],
        ],
        "shipping": euros(490), "tax": euros(2467), "discount": euros(0), "total": euros(15460), "taxIncluded": true,
        "terms": "prepaid", "metadata": ["channel": "web"], "privateMetadata": ["campaign": "autumn"],
        "promised": ["earliest": "2026-11-04T08:00:00Z", "latest": "2026-11-06T18:00:00Z"],
        "occurredAt": "2026-11-02T08:14:00Z",
    ]

    private static func euros(_ cents: Int64) -> JSONValue {
        ["amount": .integer(cents), "currency": "EUR"]
    }
}
