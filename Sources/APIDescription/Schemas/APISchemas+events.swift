import Orders
import StrictJSON

extension APISchemas {
    /// One schema for each type of event, told apart by `type`.
    static func event(in catalog: SchemaCatalog) -> JSONValue {
        let types = EventType.allCases
        return [
            "description": """
            An event reads the same in frames, in an order's history and on pages of the log. `internal`, `actor`, \
            `commandId`, `correlationId` and `causationId` are for backends, staff and operators.
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
        if let data = contents.data, let `internal` = contents.internal {
            shapes.append(envelope(type, data: data, internal: `internal`, isHidden: false))
        }
        if let hidden = contents.hidden {
            shapes.append(envelope(type, data: ["type": "null"], internal: hidden, isHidden: true))
        }
        let note: (String, JSONValue) = ("description", .string(type.summary))
        if shapes.count == 1 { return shapes[0].adding(note) }
        let either: JSONValue = ["anyOf": .array(shapes)]
        return either.adding(note)
    }

    /// The schema of a whole event.
    ///
    /// - Parameter isHidden: true for an event of which customers see nothing.
    private static func envelope(
        _ type: EventType,
        data: JSONValue,
        internal: JSONValue,
        isHidden: Bool
    ) -> JSONValue {
        let before: [(String, JSONValue)] = type == .orderPlaced ? [] : [statusBefore]
        let required = eventFields(of: type) + [("data", data)]
        return isHidden
            ? .object(required + [("internal", `internal`)], optional: before + staffFields)
            : .object(required, optional: before + [("internal", `internal`)] + staffFields)
    }

    /// The fields that every event has for all readers, but for `statusBefore` and `data`.
    static func eventFields(of type: EventType) -> [(String, JSONValue)] {
        [
            member("position", position, "The event's position in the log."),
            member("orderId", uuid, "The order."),
            member("number", text, "The shop's number for the order."),
            member("shop", text, "The shop."),
            member("customer", text, "The customer."),
            member("version", ["type": "integer", "minimum": 1], "The order's version after the event."),
            member("type", ["const": .string(type.rawValue)], "The event's type."),
            member(
                "schema",
                ["type": "integer", "minimum": 1, "maximum": .integer(type.schema)],
                "The number of the type's layout in which the event was written."
            ),
            member("status", status, "The order's status after the event."),
            member("occurredAt", time, "The time at which it happened, as reported."),
            member("recordedAt", time, "The time at which it was recorded."),
        ]
    }

    static let statusBefore = member("statusBefore", status, "The order's status before the event.")

    /// The fields for backends, staff and operators, but for `internal`.
    static let staffFields = [
        member("actor", text, "The caller whose command caused the event: `role:subject`."),
        member("commandId", text, "The id of the command."),
        member("correlationId", text, "The command's `X-Request-Id`, else its `traceparent`."),
        member("causationId", text, "The id of the event or command that caused the command."),
    ]
}
