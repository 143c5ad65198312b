import Orders
import StrictJSON

/// The parameters that several operations have.
enum APIParameter {
    static let orderId: JSONValue = path(
        "id",
        ["type": "string", "format": "uuid"],
        "The order. An id that is not a UUID, or that the token gives no access to, is 404."
    )
    static let linkToken: JSONValue = path(
        "token",
        ["type": "string", "pattern": "^[A-Za-z0-9_-]{32}$"],
        "The token of a tracking link. One that is dead or never was is 404."
    )
    static let limit: JSONValue = query(
        "limit",
        ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100],
        "The most elements of the page."
    )
    static let after: JSONValue = query(
        "after",
        position,
        "The page begins after this position; `0` is the beginning of the log."
    )
    static let minPosition: JSONValue = query(
        "min_position",
        position,
        "Waits for at most 2 seconds until the response reflects this position."
    )
    static let lastEventId: JSONValue = header(
        "Last-Event-ID",
        ["type": "string"],
        "The position after which the stream continues; goes before `after`. A position that the log does not have is "
            + "answered by `reset`."
    )
    static let lastEventIdInQuery: JSONValue = query(
        "lastEventId",
        ["type": "string"],
        "The same as the header `Last-Event-ID`, which goes before it; for clients that cannot set headers."
    )
    static let beat: JSONValue = query(
        "beat",
        ["type": "boolean", "default": false],
        "Sends an event `beat` with every id-only block, so that a page notices a connection that is silent. The first comes "
            + "with the first such block: on a new stream of an order after the snapshot."
    )
    static let streamAfter: JSONValue = query(
        "after",
        ["type": "string"],
        "The position after which the stream continues, without a `Last-Event-ID`; `0` is the beginning of the log."
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
            "The command's id, unique within the shop. The same command under the same id gets the first response again."
        ),
        header(
            "If-Match",
            ["type": "string", "pattern": "^(\\*|(W/)?\"[0-9]{1,18}\"( *, *(W/)?\"[0-9]{1,18}\")*)$"],
            "The versions of which the order must have one, as in its ETag, separated by commas; `*` for any. A proxy "
                + "may weaken them (`W/\"3\"`)."
        ),
        header("X-Request-Id", ["type": "string"], "The `correlationId` of the command's events."),
        header(
            "traceparent",
            ["type": "string"],
            "The `correlationId` of the command's events, without an X-Request-Id."
        ),
    ]

    /// The schema of a position that is sent outside streams: plain, sealed, `0`, or empty, which means absent.
    static let position: JSONValue = [
        "type": "string", "pattern": "^(0|[a-z2-7]{8}-(0|[1-9][0-9]{0,17})|A[A-Za-z0-9_-]{22})?$",
    ]

    /// A list of an enumeration's words, separated by commas.
    ///
    /// - Parameter enumeration: the name of the enumeration's schema.
    static func words(_ name: String, _ enumeration: String, _ note: String) -> JSONValue {
        query(name, ["type": "array", "minItems": 1, "items": APISchemas.reference(enumeration)], note)
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
