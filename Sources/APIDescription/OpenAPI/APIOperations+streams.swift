import Access
import EventStreams
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

extension APIOperation {
    /// Server-Sent Events. They never end by themselves.
    static let streams: [APIOperation] = [
        stream(
            "/v1/orders/{id}/stream",
            "streamOrder",
            "Follows one order.",
            "Begins with a `snapshot` and its id.",
            .permission(.readOrders),
            [APIParameter.orderId],
            [.notFound]
        ),
        stream(
            "/v1/customers/{ref}/stream",
            "streamCustomer",
            "Follows a customer's orders.",
            "Begins with one `snapshot` per order, without ids, then an id-only block. A customer without orders waits for "
                + "the first.",
            .permission(.customerStream),
            [
                APIParameter.path("ref", ["type": "string", "minLength": 1, "maxLength": 500], "The customer."),
                APIParameter.query(
                    "shop",
                    ["type": "string", "pattern": "^[a-z0-9-]{1,63}$"],
                    "Whose customer; may be left out where the token is for one shop alone."
                ),
            ],
            [.notFound]
        ),
        stream(
            "/v1/stream",
            "streamShops",
            "Follows all orders of the token's shops.",
            "Begins with an id-only block at the head of the log.",
            .permission(.shopFeeds),
            [
                APIParameter.query("shop", shops, "Only these shops, within the token's.").adding(("explode", false)),
                APIParameter.words(
                    "status",
                    OrderStatus.allCases.map(\.rawValue),
                    "Only events whose headline before or after is one of these."
                ),
                APIParameter.words("type", EventType.allCases.map(\.rawValue), "Only these events."),
                APIParameter.query(
                    "attention",
                    ["type": "boolean", "default": false],
                    "Only what concerns the attention queue."
                ),
                APIParameter.query(
                    "conflate",
                    ["type": "integer", "minimum": 50, "maximum": 60_000],
                    "Milliseconds from tick to tick. At each tick the newest event of every order that changed is shown, "
                        + "oldest first, and its data says by `skipped` how many of that order's events before it were "
                        + "passed over since the last one shown. A tick comes early where more than 4 MiB of events wait "
                        + "for it."
                ),
            ],
            [.notFound]
        ),
    ]

    private static func stream(
        _ path: String,
        _ id: String,
        _ summary: String,
        _ beginning: String,
        _ access: Access,
        _ parameters: [JSONValue],
        _ problems: [ProblemCode]
    ) -> APIOperation {
        APIOperation(
            method: .get,
            path: path,
            id: id,
            tag: .streams,
            summary: summary,
            note: """
                Server-Sent Events. \(beginning) With `Last-Event-ID` or `after` it goes on at exactly the next event. \
                Overload and unusable ids answer 200 and say it in frames, since a browser gives up for good at any other \
                status. Every 15 s an id-only block moves the client's cursor.
                """,
            access: access,
            parameters: parameters + [APIParameter.lastEventId, APIParameter.streamAfter, APIParameter.plain],
            answers: [
                APIAnswer(
                    status: 200,
                    note: "Frames, until the client leaves or `bye`.",
                    headers: ["Cache-Control", "X-Accel-Buffering"],
                    content: [("text/event-stream", ["schema": ["type": "string"], "x-frames": frames])]
                )
            ],
            problems: problems
        )
    }

    /// What the `data:` of each frame holds, by the name in its `event:` line.
    static let frames: JSONValue = [
        "snapshot": [
            "description": "The order as GET /v1/orders/{id} gives it, from one consistent read.",
            "data": APISchemas.reference("Order"),
        ],
        "status": [
            "description":
                "An event that changed the headline; its `id:` is its position. With `conflate` its data says `skipped` too.",
            "data": APISchemas.reference("Event"),
        ],
        "update": [
            "description":
                """
            Any other event that this audience may see; its `id:` is its position. With `conflate` its data says \
            `skipped` too.
            """,
            "data": APISchemas.reference("Event"),
        ],
        "reset": [
            "description": "The position cannot be resumed from. Without id; then as at a beginning.",
            "data": APISchemas.reference("ResetFrame"),
        ],
        "bye": [
            "description": "The stream ends. Without id; `retry:` says when to come back.",
            "data": APISchemas.reference("ByeFrame"),
        ],
    ]
}
