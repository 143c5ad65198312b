import Orders
import StrictJSON

extension APISchemas {
    /// One schema for each type of event, told apart by `type`.
    static func event(in catalog: SchemaCatalog) -> JSONValue {
        let types = EventType.allCases
        return [
            "description": """
            An event reads the same in frames, in an order's history and on pages of the log. `internal`, `actor`, \
            `commandId`, `correlationId` and `causationId` are for backends, staff and operators. Of an event that is \
            hidden from customers, `data` is `{}`.
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

    /// The names of the schemas of an event and of its two parts.
    static func eventNames(of type: EventType) -> [String] {
        ["\(type.rawValue)Event", "\(type.rawValue)Data", "\(type.rawValue)Internal"]
    }

    /// The schema of a whole event: one for all readers, also where some events of the type are hidden from customers.
    private static func event(_ type: EventType, in catalog: SchemaCatalog) -> JSONValue {
        let (data, `internal`) = parts(of: type, in: catalog)
        let names = eventNames(of: type)
        let before: [(String, JSONValue)] = type == .orderPlaced ? [] : [statusBefore]
        return .object(
            eventFields(of: type) + [("data", catalog.reference(names[1]) { data })],
            optional: before + [("internal", catalog.reference(names[2]) { `internal` })] + staffFields,
            type.summary
        )
    }

    /// The schemas of `data` and `internal`. Of a hidden event, customers read nothing, and others read `{}` as `data`.
    private static func parts(of type: EventType, in catalog: SchemaCatalog) -> (data: JSONValue, internal: JSONValue) {
        let contents = type.contents(in: catalog)
        return switch (contents.data, contents.internal, contents.hidden) {
        case (let data?, let `internal`?, nil): (data, `internal`)
        case (let data?, _, let hidden?): (withoutRequirements(data), withoutRequirements(hidden))
        case (_, _, let hidden): (.object([]), hidden ?? .object([]))
        }
    }

    private static func withoutRequirements(_ schema: JSONValue) -> JSONValue {
        .members((schema.object?.members ?? []).filter { $0.name != "required" }.map { ($0.name, $0.value) })
    }

    /// The fields that every event has for all readers, but for `statusBefore` and `data`.
    static func eventFields(of type: EventType) -> [(String, JSONValue)] {
        [
            member("position", position, "The event's position in the log."),
            member("orderId", uuid, "The order."),
            member("number", text, "The shop's number for the order."),
            member("shop", text, "The shop."),
            member("customer", text, "The customer."),
            member("version", version, "The order's version after the event."),
            member("type", constant(type.rawValue), "The event's type."),
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
