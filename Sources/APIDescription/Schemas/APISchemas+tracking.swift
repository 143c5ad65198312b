import Orders
import StrictJSON

/// Tracking links.
extension APISchemas {
    static let trackingLinkRequest: JSONValue = .object(
        [],
        optional: [
            member(
                "ttl",
                [
                    "type": "string", "default": "90d",
                    "pattern":
                        "^([1-9][0-9]{0,6}s|[1-9][0-9]{0,4}m|[1-9][0-9]{0,2}h|[1-9][0-9]?d|[12][0-9]{2}d|3[0-5][0-9]d|36[0-6]d)$",
                ],
                "The lifetime of the link: an integer with `s`, `m`, `h` or `d`; at most 366 days."
            )
        ],
        "The request for a tracking link."
    )

    static let trackingLink: JSONValue = .object(
        [
            linkId, member("url", ["type": "string", "format": "uri"], "The customer's page."),
            member(
                "token",
                text,
                "The token that the URL holds. It is told this once: the service keeps its hash alone."
            ),
            expiresAt,
        ],
        "A new tracking link. Whoever has it reads the order as its customer does."
    )

    static let trackingLinkEntry: JSONValue = .object([linkId, expiresAt], "A tracking link, without its token.")

    static let trackingLinks: JSONValue = .object([
        member(
            "links",
            list(of: reference("TrackingLinkEntry")),
            "The order's links that are alive, those that end first before the others."
        )
    ])

    private static let linkId = member("linkId", uuid, "The link's id, by which it is revoked.")
    private static let expiresAt = member("expiresAt", time, "The time at which the link ends by itself.")
}
