import Access
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

extension APIOperation {
    /// The operations that read orders, their history, and the log.
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
            permission: .readOrders,
            parameters: [
                APIParameter.query("shop", shops, "Only orders of these shops, which the token must include.").adding(
                    ("explode", false)
                ),
                APIParameter.words(
                    "status",
                    "OrderStatus",
                    "Only orders with one of these statuses."
                ),
                APIParameter.query("customer", word, "Only orders of this customer."),
                APIParameter.query("number", word, "Only orders with this number."),
                APIParameter.query(
                    "carrier",
                    word,
                    "Only orders with a parcel or return of this carrier, in whichever case."
                ),
                APIParameter.query(
                    "trackingNumber",
                    ["type": "string", "minLength": 1, "pattern": "^[^\\x00]*[A-Za-z0-9][^\\x00]*$"],
                    "Only orders with a parcel or return that has or had this tracking number. Only ASCII letters and "
                        + "digits count, in whichever case; there must be one."
                ),
                APIParameter.query(
                    "attention",
                    ["type": "boolean"],
                    "Only orders that need attention; `false` filters nothing. Not for customers."
                ),
                APIParameter.query("placedAfter", time, "Only orders placed at this time or later."),
                APIParameter.query("placedBefore", time, "Only orders placed before this time."),
                APIParameter.query("cursor", text, "The `next` of the page before."), APIParameter.limit,
                APIParameter.minPosition,
            ],
            answers: [
                APIAnswer(
                    status: 200,
                    note: "A page of orders; `next` is absent on the last one. A page ends early after 8 MiB.",
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
            summary: "Reads an order, now or as of a moment in the past.",
            permission: .readOrders,
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
                        "The order; for customers without `internal`. A stream opened after its `position` continues without a gap.",
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
            permission: .readOrders,
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
            permission: .shopFeeds,
            parameters: [APIParameter.after, APIParameter.limit],
            answers: [page(examples)],
            problems: [.malformedPosition, .unknownPosition]
        )
    }

    private static func page(_ examples: ExampleStory) -> APIAnswer {
        APIAnswer(
            status: 200,
            note: """
                A page of events; `next` is absent on the last one. A page ends early after 8 MiB. With `Accept: \
                application/x-ndjson`, one event a line, without `next` and `position`: JSON walks through many pages. The \
                weights of `Accept` count; JSON goes first on a tie.
                """,
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
    /// The schema of a text parameter. An empty one is refused, and so is NUL, which no text of the log holds.
    static let word: JSONValue = ["type": "string", "minLength": 1, "pattern": "^[^\\x00]+$"]
}
