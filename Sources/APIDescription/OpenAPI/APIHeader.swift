import StrictJSON

/// The headers of responses.
enum APIHeader {
    static let all: [(String, JSONValue)] = [
        ("ETag", header("The order's version, in quotes.", ["type": "string", "pattern": "^\"[0-9]+\"$"])),
        ("Location", header("The order.", ["type": "string"])),
        (
            "Idempotent-Replayed",
            header(
                "The command was accepted before; this is the first response again.",
                ["type": "string", "enum": ["true"]]
            )
        ),
        (
            "Waybill-Command-Id",
            header("The id that the service made for a command without Idempotency-Key.", ["type": "string"])
        ),
        ("Retry-After", header("The seconds after which to try again.", ["type": "integer", "minimum": 1])),
        ("WWW-Authenticate", header("The fault of the token (RFC 6750).", ["type": "string"])),
        (
            "Cache-Control",
            header(
                "On a stream: no cache stores it, and no proxy changes it.",
                ["type": "string", "enum": ["no-store, no-transform"]]
            )
        ),
        (
            "X-Accel-Buffering",
            header("On a stream: tells proxies to pass frames on at once.", ["type": "string", "enum": ["no"]])
        ),
        (
            "Set-Cookie",
            header(
                "The session's cookie: `__Host-waybill`, or `waybill` in clear text on loopback. `HttpOnly`, `SameSite=Strict`.",
                ["type": "string"]
            )
        ),
        ("DocumentETag", header("The version of what is answered.", ["type": "string"])),
    ]

    static func reference(_ name: String) -> (String, JSONValue) {
        // The ETags of pages and of the description are no versions of an order, but the field has the same name.
        (name == "DocumentETag" ? "ETag" : name, ["$ref": .string("#/components/headers/\(name)")])
    }

    private static func header(_ note: String, _ schema: JSONValue) -> JSONValue {
        ["description": .string(note), "schema": schema]
    }
}
