import EventStreams
import OrderAPI
import Orders
import Projections
import StrictJSON

/// The schemas of what the service answers.
enum APISchemas {
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// Everything that the operations refer to by name.
    static func define(in catalog: SchemaCatalog) {
        _ = Order.schema(in: catalog)
        for (name, schema) in named { _ = catalog.reference(name) { schema } }
        _ = catalog.reference("Event") { event(in: catalog) }
    }

    private static let text: JSONValue = ["type": "string"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let status: JSONValue = ["type": "string", "enum": .strings(OrderStatus.allCases.map(\.rawValue))]

    private static let named: [(String, JSONValue)] = [
        (
            "Position",
            [
                "type": "string", "minLength": 1,
                "description":
                    "A place in the log: `<epoch>-<seq>`, or for customers a sealed token of the same meaning. Opaque.",
            ]
        ),
        ("Problem", problem),
        ("Receipt", receipt),
        (
            "OrderPage",
            .object(
                [
                    ("orders", ["type": "array", "items": reference("Order")]), ("position", reference("Position")),
                ],
                optional: [("next", text)]
            )
        ),
        (
            "EventPage",
            .object(
                [
                    ("events", ["type": "array", "items": reference("Event")]), ("position", reference("Position")),
                ],
                optional: [("next", reference("Position"))],
                "`position` is the log position that the page reflects; `next` goes into `after`."
            )
        ),
        (
            "BulkResult",
            .object(
                [
                    ("line", ["type": "integer", "minimum": 1]),
                    ("result", ["type": "string", "enum": ["accepted", "duplicate", "rejected"]]),
                ],
                optional: [("orderId", uuid), ("position", reference("Position")), ("problem", reference("Problem"))],
                "`problem` instead of `position` when rejected."
            )
        ),
        (
            "ResetFrame",
            .object(
                [
                    (
                        "reason",
                        ["type": "string", "enum": .strings(ControlFrame.ResetReason.allCases.map(\.rawValue))]
                    ),
                    ("position", reference("Position")),
                ],
                optional: [("type", ["const": "reset"])]
            )
        ),
        (
            "ByeFrame",
            .object(
                [
                    (
                        "reason",
                        ["type": "string", "enum": .strings(ControlFrame.ByeReason.allCases.map(\.rawValue))]
                    )
                ],
                optional: [("type", ["const": "bye"])]
            )
        ),
        ("TrackingLink", .object([("url", text), ("token", text), ("expiresAt", time)])),
        ("Health", .object([("status", ["type": "string", "enum": ["ok", "ready"]])])),
        ("Stats", stats),
        ("TimeInStatus", timeInStatus),
        ("Projections", projections),
        ("Replay", replay),
    ]

    private static let seconds: JSONValue = ["type": "number", "minimum": 0]

    private static let stats: JSONValue = .object([
        ("position", reference("Position")), ("at", time), ("orders", count),
        ("statuses", .object(OrderStatus.allCases.map { ($0.rawValue, count) })),
        (
            "perMinute",
            ["type": "array", "items": .object([("minute", time), ("events", count), ("placed", count)])]
        ),
        (
            "timeInStatus",
            .object([], optional: OrderStatus.allCases.map { ($0.rawValue, reference("TimeInStatus")) })
        ),
        (
            "attention",
            .object([
                ("orders", count),
                (
                    "newest",
                    [
                        "type": "array",
                        "items": .object([
                            ("orderId", uuid), ("shop", text), ("number", text), ("status", status), ("since", time),
                            ("reasons", ["type": "array", "items": text]),
                        ]),
                    ]
                ),
            ])
        ),
    ])

    private static let timeInStatus: JSONValue = .object([
        ("visits", count), ("meanSeconds", seconds), ("p50Seconds", seconds), ("p90Seconds", seconds),
        ("p99Seconds", seconds),
    ])

    private static let projections: JSONValue = .object([
        (
            "projections",
            [
                "type": "array",
                "items": .object(
                    [
                        ("name", projectionName), ("version", count), ("position", reference("Position")),
                        ("lag", count), ("lagSeconds", seconds),
                        ("state", ["type": "string", "enum": ["active", "building", "failed"]]), ("updatedAt", time),
                    ],
                    optional: [
                        (
                            "replay",
                            .object(
                                [
                                    ("state", ["type": "string", "enum": ["running", "interrupted"]]),
                                    ("startedAt", time), ("progress", share), ("eventsPerSecond", count),
                                ],
                                optional: [("secondsLeft", seconds)],
                                "Of the version that a replay builds. An interrupted one goes on with the next replay."
                            )
                        )
                    ]
                ),
            ]
        ), ("position", reference("Position")),
    ])

    static let projectionName: JSONValue = [
        "type": "string", "enum": .strings(ReadModels.all.map(\.name)),
    ]

    private static let share: JSONValue = ["type": "number", "minimum": 0, "maximum": 1]

    private static let replay: JSONValue = .object(
        [("name", projectionName), ("version", count), ("progress", share)],
        "`progress` is above 0 where an interrupted replay is taken up again."
    )

    private static let receipt: JSONValue = .object(
        [
            ("orderId", uuid), ("version", count), ("status", status), ("position", reference("Position")),
            (
                "events",
                [
                    "type": "array",
                    "items": .object([
                        ("position", reference("Position")),
                        ("type", ["type": "string", "enum": .strings(EventType.allCases.map(\.rawValue))]),
                    ]),
                ]
            ),
        ],
        "`position` is the last event's; where there was nothing to add, the order's."
    )

    private static let problem: JSONValue = .object(
        [
            ("type", ["type": "string", "format": "uri", "description": "`urn:waybill:problem:` and the code."]),
            ("title", text), ("status", ["type": "integer", "minimum": 400, "maximum": 599]),
            ("code", ["type": "string", "enum": .strings(ProblemCode.allCases.map(\.rawValue))]), ("detail", text),
        ],
        optional: [
            (
                "errors",
                [
                    "type": "array", "maxItems": .integer(InvalidCommand.limit),
                    "items": .object([
                        ("pointer", ["type": "string", "description": "RFC 6901, into the body."]), ("message", text),
                    ]),
                ]
            ),
            ("reason", ["type": "string", "enum": .strings(RejectionReason.allCases.map(\.rawValue))]),
            ("orderId", uuid), ("orderStatus", status), ("version", count),
            (
                "allowedCommands",
                [
                    "type": "array",
                    "items": ["type": "string", "enum": .strings(CommandName.allCases.map(\.rawValue))],
                    "description": "What the order would take from the caller's role now, given the right arguments.",
                ]
            ),
        ],
        "Problem details (RFC 9457). `code` is one stable word; 409 says why in `reason`, and 422 where in `errors`."
    )
}

extension APISchemas {
    /// One schema for each type of event, told apart by `type`.
    private static func event(in catalog: SchemaCatalog) -> JSONValue {
        let types = EventType.allCases
        return [
            "description": """
            An event reads the same in frames, in history and on log pages. `internal`, `actor`, `commandId`, \
            `correlationId` and `causationId` are for backends, staff and operators.
            """,
            "oneOf": .array(
                types.map { type in catalog.reference("\(type.rawValue)Event") { event(type, in: catalog) } }
            ),
            "discriminator": [
                "propertyName": "type",
                "mapping": .members(
                    types.map { ($0.rawValue, .string("#/components/schemas/\($0.rawValue)Event")) }
                ),
            ],
        ]
    }

    private static func event(_ type: EventType, in catalog: SchemaCatalog) -> JSONValue {
        let contents = type.contents(in: catalog)
        var shapes: [JSONValue] = []
        if let data = contents.data, let inside = contents.internal {
            shapes.append(envelope(type, data: data, inside: inside, isHidden: false))
        }
        if let hidden = contents.hidden {
            shapes.append(envelope(type, data: ["type": "null"], inside: hidden, isHidden: true))
        }
        let note: (String, JSONValue) = ("description", .string(type.summary))
        if shapes.count == 1 { return shapes[0].adding(note) }
        let either: JSONValue = ["anyOf": .array(shapes)]
        return either.adding(note)
    }

    private static func envelope(_ type: EventType, data: JSONValue, inside: JSONValue, isHidden: Bool) -> JSONValue {
        let required: [(String, JSONValue)] = [
            ("position", reference("Position")), ("orderId", uuid), ("number", text), ("shop", text),
            ("customer", text), ("version", ["type": "integer", "minimum": 1]),
            ("type", ["const": .string(type.rawValue)]),
            ("schema", ["type": "integer", "minimum": 1, "maximum": .integer(type.schema)]), ("status", status),
            ("occurredAt", time), ("recordedAt", time),
            ("data", data),
        ]
        let staff: [(String, JSONValue)] = [
            ("actor", text), ("commandId", text), ("correlationId", text), ("causationId", text),
        ]
        let before: [(String, JSONValue)] = type == .orderPlaced ? [] : [("statusBefore", status)]
        return isHidden
            ? .object(required + [("internal", inside)], optional: before + staff)
            : .object(required, optional: before + [("internal", inside)] + staff)
    }
}
