import Orders
import StrictJSON

/// The parameters that operations have in common.
enum APIParameter {
    static let orderId: JSONValue = path(
        "id",
        ["type": "string", "format": "uuid"],
        "The order. An id that is no UUID, or is not yours, is 404."
    )
    static let limit: JSONValue = query(
        "limit",
        ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100],
        "How many at most."
    )
    static let after: JSONValue = query("after", position, "Goes on after this position; `0` is the beginning.")
    static let minPosition: JSONValue = query(
        "min_position",
        position,
        "Waits, for two seconds at most, until the answer reflects this position."
    )
    static let lastEventId: JSONValue = header(
        "Last-Event-ID",
        ["type": "string"],
        "Where the stream goes on; comes before `after`. A position that the log does not have is answered by `reset`."
    )
    static let streamAfter: JSONValue = query(
        "after",
        ["type": "string"],
        "Where the stream goes on when there is no `Last-Event-ID`; `0` is the beginning."
    )
    static let plain: JSONValue = query(
        "plain",
        ["type": "boolean", "default": false],
        "Without `event:` lines, for `onmessage`; `snapshot`, `reset` and `bye` then carry `type` in their data."
    )
    static let commandHeaders: [JSONValue] = [
        header(
            "Idempotency-Key",
            ["type": "string", "pattern": "^[\\x20-\\x7E]{1,255}$"],
            "The command's id, scoped by shop. Sent again with the same command, the first answer comes back."
        ),
        header(
            "If-Match",
            ["type": "string", "pattern": "^(\\*|\"[0-9]{1,18}\")$"],
            "The version that the order must have, as its ETag says it; `*` for any."
        ),
        header("X-Request-Id", ["type": "string"], "Becomes the events' `correlationId`."),
        header(
            "traceparent",
            ["type": "string"],
            "Becomes the events' `correlationId` where there is no X-Request-Id."
        ),
    ]

    /// A position where one is sent outside streams: plain, sealed, `0`, or empty, which means absent.
    static let position: JSONValue = [
        "anyOf": [
            ["type": "string", "pattern": "^(0|[a-z2-7]{8}-(0|[1-9][0-9]{0,17}))?$"],
            ["type": "string", "pattern": "^A[A-Za-z0-9_-]{22}$", "description": "As customers receive it."],
        ]
    ]

    static func words(_ name: String, _ words: [String], _ note: String) -> JSONValue {
        query(name, ["type": "array", "minItems": 1, "items": ["type": "string", "enum": .strings(words)]], note)
            .adding(("style", "form"), ("explode", false))
    }

    static func path(_ name: String, _ schema: JSONValue, _ note: String) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": schema, "description": .string(note)]
    }

    static func query(_ name: String, _ schema: JSONValue, _ note: String) -> JSONValue {
        ["name": .string(name), "in": "query", "schema": schema, "description": .string(note)]
    }

    static func header(_ name: String, _ schema: JSONValue, _ note: String) -> JSONValue {
        ["name": .string(name), "in": "header", "schema": schema, "description": .string(note)]
    }
}

/// The headers of answers.
enum APIHeader {
    static let all: [(String, JSONValue)] = [
        ("ETag", header("The order's version, in quotes.", ["type": "string", "pattern": "^\"[0-9]+\"$"])),
        ("Location", header("The order.", ["type": "string"])),
        (
            "Idempotent-Replayed",
            header("The command was accepted before; this is the first answer again.", ["const": "true"])
        ),
        (
            "Waybill-Command-Id",
            header("The id that the service gave to a command without Idempotency-Key.", ["type": "string"])
        ),
        ("Retry-After", header("When to try again, in seconds.", ["type": "integer", "minimum": 1])),
        ("WWW-Authenticate", header("What is wrong with the token (RFC 6750).", ["type": "string"])),
        (
            "Cache-Control",
            header("Of a stream: no cache keeps it, and no proxy changes it.", ["const": "no-store, no-transform"])
        ),
        ("X-Accel-Buffering", header("Of a stream: a proxy passes frames on at once.", ["const": "no"])),
        ("DocumentETag", header("Of this description.", ["type": "string"])),
    ]

    static func reference(_ name: String) -> (String, JSONValue) {
        // The description's own ETag is no order's version, but the field has the same name.
        (name == "DocumentETag" ? "ETag" : name, ["$ref": .string("#/components/headers/\(name)")])
    }

    private static func header(_ note: String, _ schema: JSONValue) -> JSONValue {
        ["description": .string(note), "schema": schema]
    }
}
