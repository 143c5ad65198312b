import Access
import EventStreams
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

extension APIOperation {
    /// The operations that open streams.
    static let streams: [APIOperation] = [
        stream(
            path: "/v1/orders/{id}/stream",
            id: "streamOrder",
            summary: "Follows one order.",
            beginning: "Begins with a `snapshot` and its id.",
            permission: .readOrders,
            parameters: [APIParameter.orderId],
            problems: [.notFound]
        ),
        stream(
            path: "/v1/customers/{ref}/stream",
            id: "streamCustomer",
            summary: "Follows a customer's orders.",
            beginning:
                "Begins with one `snapshot` per order, without ids, then an id-only block. The stream of a customer without "
                + "orders waits for the first.",
            permission: .customerStream,
            parameters: [
                APIParameter.path("ref", ["type": "string", "minLength": 1, "maxLength": 255], "The customer."),
                APIParameter.query(
                    "shop",
                    ["type": "string", "pattern": "^[a-z0-9-]{1,63}$"],
                    "The customer's shop; may be left out where the token is for one shop."
                ),
            ],
            problems: [.notFound]
        ),
        stream(
            path: "/v1/stream",
            id: "streamShops",
            summary: "Follows all orders of the token's shops.",
            beginning: "Begins with an id-only block at the head of the log.",
            permission: .shopFeeds,
            parameters: [
                APIParameter.query("shop", shops, "Only these shops, which the token must include.").adding(
                    ("explode", false)
                ),
                APIParameter.words(
                    "status",
                    "OrderStatus",
                    "Only events whose status before or after is one of these."
                ),
                APIParameter.words("type", "EventType", "Only these events."),
                APIParameter.query(
                    "attention",
                    ["type": "boolean", "default": false],
                    "Only events with the status `attention` before or after, and events that raise or resolve an "
                        + "anomaly. Each event is judged by itself: one that only begins or ends another reason, such "
                        + "as a refund that is owed or a shortage of an order on hold, is not among them. The order "
                        + "list's filter `attention` knows all reasons."
                ),
                APIParameter.query(
                    "conflate",
                    ["type": "integer", "minimum": 50, "maximum": 60_000],
                    "The milliseconds from tick to tick. At each tick the stream shows the newest event of every order that "
                        + "changed, the oldest first. `skipped` in the event's data counts the order's events since the "
                        + "last shown one that are not shown. A tick comes early when more than 4 MiB of events wait."
                ),
            ],
            problems: [.notFound]
        ),
        stream(
            path: "/track/{token}/stream",
            id: "streamTracking",
            summary: "Follows one order by its tracking link.",
            beginning: """
                Begins with a `snapshot` and its id. The link is all that a request needs, and the frames are those of the \
                order's customer. A page of another site may open it where `--cors-origin` names the page's origin. It ends \
                with `bye` and `tokenExpired` when the link expires or is revoked.
                """,
            permission: .publicPages,
            parameters: [APIParameter.linkToken],
            problems: [.crossSite, .notFound, .invalidQuery, .internalError, .unavailable]
        ),
    ]

    private static func stream(
        path: String,
        id: String,
        summary: String,
        beginning: String,
        permission: Permission,
        parameters: [JSONValue],
        problems: [ProblemCode]
    ) -> APIOperation {
        APIOperation(
            method: .get,
            path: path,
            id: id,
            tag: .streams,
            summary: summary,
            note: """
                Server-Sent Events. \(beginning) With `Last-Event-ID` or `after`, the stream continues at exactly the next \
                event. The first block of a resumed stream repeats that position. Overload and unusable positions are answered with status 200 and reported in frames, since a browser \
                gives up for good at any other status. Every 15 s, or as `--heartbeat` says, an id-only block moves the \
                client's position. A customer's position moves with its own events only. Parameters whose names begin with `_`, and `t` and `ts`, are \
                ignored; of a parameter given twice the last counts.
                """,
            permission: permission,
            parameters: parameters + [
                APIParameter.lastEventId, APIParameter.lastEventIdInQuery, APIParameter.streamAfter, APIParameter.plain,
                APIParameter.beat,
            ],
            answers: [
                APIAnswer(
                    status: 200,
                    note: "Frames, until `bye` or until the client closes the connection.",
                    headers: ["Cache-Control", "X-Accel-Buffering"],
                    content: [("text/event-stream", ["schema": ["type": "string"], "x-frames": frames])]
                )
            ],
            problems: problems
        )
    }

    /// The `data:` of each frame, by the name in its `event:` line.
    static let frames: JSONValue = [
        "snapshot": [
            "description": "The order as GET /v1/orders/{id} gives it, from one consistent read.",
            "data": APISchemas.reference("Order"),
        ],
        "status": [
            "description":
                "An event that changed the status; its `id:` is its position. With `conflate`, its data also has `skipped`.",
            "data": APISchemas.reference("Event"),
        ],
        "update": [
            "description":
                """
            Any other event that the caller may see; its `id:` is its position. With `conflate`, its data also has \
            `skipped`.
            """,
            "data": APISchemas.reference("Event"),
        ],
        "reset": [
            "description": "The stream cannot continue after the position. Has no id; the stream then begins anew.",
            "data": APISchemas.reference("ResetFrame"),
        ],
        "beat": [
            "description": "Only with `beat=true`: comes with every id-only block, which a page cannot see.",
            "data": APISchemas.reference("BeatFrame"),
        ],
        "bye": [
            "description": "The stream ends. Has no id; `retry:` tells when to come back.",
            "data": APISchemas.reference("ByeFrame"),
        ],
    ]
}
