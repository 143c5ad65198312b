import Access
import HTTPTypes
import OrderAPI
import StrictJSON

extension APIOperation {
    /// The operations for tracking links, beside their streams.
    static func tracking(_ examples: ExampleStory) -> [APIOperation] { links + [page(examples), calendar] }

    private static let links: [APIOperation] = [
        APIOperation(
            method: .post,
            path: "/v1/orders/{id}/tracking-links",
            id: "createTrackingLink",
            tag: .tracking,
            summary: "Makes a link by which anybody who has it follows the order as its customer.",
            note: """
                The response is the one place where the link stands: the service keeps a hash. A request that is repeated under \
                its `Idempotency-Key` therefore gets the same link, with the same end, under another token; earlier tokens stay \
                good. An order has at most 100 tokens alive.
                """,
            permission: .otherCommands,
            parameters: [
                APIParameter.orderId,
                APIParameter.header(
                    "Idempotency-Key",
                    ["type": "string", "pattern": "^[\\x20-\\x7E]{1,255}$"],
                    "The request's id, unique within the shop, remembered for the lifetime of the link."
                ),
            ],
            body: [
                "required": false,
                "content": [
                    "application/json": [
                        "schema": APISchemas.reference("TrackingLinkRequest"), "example": ["ttl": "30d"],
                    ]
                ],
            ],
            answers: [
                APIAnswer(
                    status: 201,
                    note: "The link.",
                    headers: ["Idempotent-Replayed"],
                    content: [
                        (
                            "application/json",
                            ["schema": APISchemas.reference("TrackingLink"), "example": link]
                        )
                    ]
                )
            ],
            problems: [
                .malformedRequest, .malformedJson, .invalidUtf8, .duplicateKey, .malformedCommandId, .bodyTooLarge,
                .unsupportedMediaType, .invalidCommand, .commandIdReused, .notFound, .rejected,
            ]
        ),
        APIOperation(
            method: .get,
            path: "/v1/orders/{id}/tracking-links",
            id: "listTrackingLinks",
            tag: .tracking,
            summary: "Lists the order's tracking links that are alive, without their tokens.",
            permission: .otherCommands,
            parameters: [APIParameter.orderId],
            answers: [
                APIAnswer(
                    status: 200,
                    note: "The links.",
                    content: [
                        (
                            "application/json",
                            [
                                "schema": APISchemas.reference("TrackingLinks"),
                                "example": ["links": [["linkId": linkId, "expiresAt": expiresAt]]],
                            ]
                        )
                    ]
                )
            ],
            problems: [.notFound]
        ),
        APIOperation(
            method: .delete,
            path: "/v1/orders/{id}/tracking-links/{linkId}",
            id: "revokeTrackingLink",
            tag: .tracking,
            summary: "Revokes a tracking link. Its streams end within seconds.",
            permission: .otherCommands,
            parameters: [APIParameter.orderId, APIParameter.path("linkId", APISchemas.uuid, "The link.")],
            answers: [APIAnswer(status: 204, note: "The link is dead.")],
            problems: [.notFound]
        ),
    ]

    private static func page(_ examples: ExampleStory) -> APIOperation {
        APIOperation(
            method: .get,
            path: "/track/{token}",
            id: "getTracking",
            tag: .tracking,
            summary:
                "Reads the order of a tracking link as its customer reads it, in JSON, or as a page for a browser.",
            note: """
                The link is all that a request needs. JSON comes where `Accept` names `application/json` and does not \
                prefer `text/html`; else the page comes, also for `*/*` and without `Accept`. The page speaks English, \
                German, Spanish and Arabic, by `lang`, else by `Accept-Language`, else by the order's `locale`. The rest of the \
                query is ignored. A page of another site may lead to it, but not embed it, and read it only where \
                `--cors-origin` names the page's origin.
                """,
            permission: .publicPages,
            parameters: [APIParameter.linkToken, language, zone],
            answers: [
                APIAnswer(
                    status: 200,
                    note: "The order.",
                    headers: ["DocumentETag"],
                    content: [
                        (
                            "application/json",
                            ["schema": APISchemas.reference("Order"), "example": ofCustomer(examples.order)]
                        ),
                        ("text/html", ["schema": ["type": "string"]]),
                    ]
                )
            ],
            problems: [.crossSite, .notFound, .tooManyRequests, .internalError, .unavailable, .notDurable]
        )
    }

    /// The expected deliveries of a link's order.
    private static let calendar = APIOperation(
        method: .get,
        path: "/track/{token}/delivery.ics",
        id: "getTrackingCalendar",
        tag: .tracking,
        summary: "Gives the expected deliveries of a tracking link's order for a calendar (RFC 5545).",
        note: """
            An entry for each parcel that is to come, or one for an order without parcels. Where nothing is expected, 404, \
            and for a client that names `text/html` in `Accept` the way to the order's page.
            """,
        permission: .publicPages,
        parameters: [APIParameter.linkToken, language],
        answers: [
            APIAnswer(status: 200, note: "The entries.", content: [("text/calendar", ["schema": ["type": "string"]])]),
            APIAnswer(status: 303, note: "Nothing is expected. `Location` is the order's page."),
        ],
        problems: [.crossSite, .notFound, .tooManyRequests, .internalError, .unavailable, .notDurable]
    )

    private static let language = APIParameter.query(
        "lang",
        ["type": "string"],
        "The language of the page: `en`, `de`, `es` or `ar`, with a region if you like."
    )

    private static let zone = APIParameter.query(
        "zone",
        ["type": "string"],
        "The reader's time zone, by its IANA name. It counts where the order does not say where it goes."
    )

    /// An order as its customer reads it.
    private static func ofCustomer(_ order: JSONValue) -> JSONValue {
        .members(
            (order.object?.members ?? []).filter { $0.name != "internal" }.map { member in
                (member.name, member.name == "position" ? "AJ5S1lQm3cP0oWq2r7xHc9k" : member.value)
            }
        )
    }

    private static let linkId: JSONValue = "5b3e0f4c-2c55-4c62-9f0f-6f3f2b8f1d0a"
    private static let expiresAt: JSONValue = "2026-12-05T10:00:00Z"
    private static let link: JSONValue = [
        "linkId": linkId, "url": "https://shop.example/track/nV8Kx2mQ0bT5rJ7yLw3cFa9dZ1sHe6uP",
        "token": "nV8Kx2mQ0bT5rJ7yLw3cFa9dZ1sHe6uP", "expiresAt": expiresAt,
    ]
}
