import Access
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

extension APIOperation {
    /// Orders, their history, and the log.
    static func reads(_ examples: ExampleStory) -> [APIOperation] {
        [orders(examples), order(examples), history(examples), log(examples)]
    }

    private static func orders(_ examples: ExampleStory) -> APIOperation {
        APIOperation(
            method: .get,
            path: "/v1/orders",
            id: "listOrders",
            tag: .orders,
            summary: "Lists orders, the newest first.",
            access: .permission(.readOrders),
            parameters: [
                APIParameter.query("shop", shops, "Only these shops, within the token's.").adding(("explode", false)),
                APIParameter.words("status", OrderStatus.allCases.map(\.rawValue), "Only these headlines."),
                APIParameter.query("customer", word, "Only this customer's."),
                APIParameter.query("number", word, "Only this number."),
                APIParameter.query("carrier", word, "Only with a parcel of this carrier."),
                APIParameter.query("trackingNumber", word, "Only with a parcel of this tracking number."),
                APIParameter.query(
                    "attention",
                    ["type": "boolean"],
                    "Only what staff should look at; `false` filters nothing. Not for customers."
                ),
                APIParameter.query("placedAfter", time, "Only orders placed at this time or later."),
                APIParameter.query("placedBefore", time, "Only orders placed before this time."),
                APIParameter.query("cursor", text, "The `next` of the page before."), APIParameter.limit,
                APIParameter.minPosition,
            ],
            answers: [
                APIAnswer(
                    status: 200,
                    note: "A page; `next` is absent on the last one.",
                    content: [
                        (
                            "application/json",
                            ["schema": APISchemas.reference("OrderPage"), "example": examples.orderPage]
                        )
                    ]
                )
            ],
            problems: [.malformedPosition, .unknownPosition, .notFound]
        )
    }

    private static func order(_ examples: ExampleStory) -> APIOperation {
        APIOperation(
            method: .get,
            path: "/v1/orders/{id}",
            id: "getOrder",
            tag: .orders,
            summary: "Reads an order.",
            access: .permission(.readOrders),
            parameters: [
                APIParameter.orderId, APIParameter.minPosition,
                APIParameter.query("version", ["type": "integer", "minimum": 1], "The order as of this version."),
                APIParameter.query("position", APIParameter.position, "The order as of this position of the log."),
                APIParameter.query("at", time, "The order as of this time, by `recordedAt`."),
            ],
            answers: [
                APIAnswer(
                    status: 200,
                    note:
                        "The order, for customers without `internal`. A stream opened after its position goes on gap-free.",
                    headers: ["ETag"],
                    content: [
                        (
                            "application/json",
                            ["schema": APISchemas.reference("Order"), "example": examples.order]
                        )
                    ]
                )
            ],
            problems: [.notFound, .malformedPosition, .unknownPosition]
        )
    }

    private static func history(_ examples: ExampleStory) -> APIOperation {
        APIOperation(
            method: .get,
            path: "/v1/orders/{id}/events",
            id: "getOrderEvents",
            tag: .events,
            summary: "Reads an order's history.",
            access: .permission(.readOrders),
            parameters: [APIParameter.orderId, APIParameter.after, APIParameter.limit],
            answers: [page(examples)],
            problems: [.notFound, .malformedPosition, .unknownPosition]
        )
    }

    private static func log(_ examples: ExampleStory) -> APIOperation {
        APIOperation(
            method: .get,
            path: "/v1/events",
            id: "getEvents",
            tag: .events,
            summary: "Reads the log of the token's shops.",
            access: .permission(.shopFeeds),
            parameters: [APIParameter.after, APIParameter.limit],
            answers: [page(examples)],
            problems: [.malformedPosition, .unknownPosition]
        )
    }

    private static func page(_ examples: ExampleStory) -> APIAnswer {
        APIAnswer(
            status: 200,
            note: "A page; `next` is absent on the last one. By `Accept: application/x-ndjson`: an event a line.",
            content: [
                ("application/json", ["schema": APISchemas.reference("EventPage"), "example": examples.eventPage]),
                (
                    "application/x-ndjson",
                    [
                        "schema": ["type": "string", "description": "Each line is an Event."],
                        "x-line": APISchemas.reference("Event"),
                    ]
                ),
            ]
        )
    }

    private static let text: JSONValue = ["type": "string"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let shops: JSONValue = [
        "type": "array", "minItems": 1, "items": ["type": "string", "pattern": "^[a-z0-9-]{1,63}$"],
    ]
    /// A parameter that is there says something: empty ones are refused, and NUL, which no text of the log holds.
    static let word: JSONValue = ["type": "string", "minLength": 1, "pattern": "^[^\\x00]+$"]
}
