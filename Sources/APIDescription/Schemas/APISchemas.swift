import Orders
import Projections
import StrictJSON

/// The schemas of the service's responses.
enum APISchemas {
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// Adds every schema that the operations refer to by name.
    static func define(in catalog: SchemaCatalog) {
        _ = Order.schema(in: catalog)
        for (name, schema) in named { _ = catalog.reference(name) { schema } }
        _ = catalog.reference("Event") { event(in: catalog) }
    }

    private static let named: [(String, JSONValue)] = [
        (
            "Position",
            [
                "type": "string", "minLength": 1,
                "description": .string(
                    "A position in the log: `<epoch>-<seq>`, or for customers a sealed token of the same meaning. Opaque."
                ),
            ]
        ),
        ("Problem", problem), ("Receipt", receipt), ("OrderPage", orderPage), ("EventPage", eventPage),
        ("BulkResult", bulkResult), ("ResetFrame", resetFrame), ("ByeFrame", byeFrame), ("Health", health),
        ("Stats", stats), ("TimeInStatus", timeInStatus), ("Projections", projections), ("Replay", replay),
    ]

    // MARK: Kinds of values

    static let text: JSONValue = ["type": "string"]
    static let count: JSONValue = ["type": "integer", "minimum": 0]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    static let seconds: JSONValue = ["type": "number", "minimum": 0]
    static let position = reference("Position")
    static let status = words(OrderStatus.self)
    static let projectionName: JSONValue = ["type": "string", "enum": .strings(ReadModels.all.map(\.name))]

    static func words<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> JSONValue {
        ["type": "string", "enum": .strings(type.allCases.map(\.rawValue))]
    }

    static func list(of element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    /// A member of an object, with its meaning as the description.
    static func member(_ name: String, _ schema: JSONValue, _ meaning: String) -> (String, JSONValue) {
        (name, schema.adding(("description", .string(meaning))))
    }
}
