import Orders
import StrictJSON

/// Reads the fields of objects from their JSON Schemas.
struct SchemaFields {
    /// One field of an object; a field of a nested object without a name of its own is `outer.inner` or
    /// `outer[].inner`.
    struct Field {
        let path: String
        let isRequired: Bool
        let schema: JSONValue
        let meaning: String
    }

    /// All named schemas.
    let schemas: JSONValue

    /// The named schemas that have a place of their own on the page.
    var types: [(name: String, schema: JSONValue)] {
        (schemas.object?.members ?? []).compactMap { member in
            isType(member.name) ? (member.name, member.value) : nil
        }
    }

    /// True for objects, but for commands, which are shown with their operations, events, which have their own page,
    /// and objects with a field for each status, which a few words describe.
    func isType(_ name: String) -> Bool {
        guard let schema = schemas[name], schema["properties"] != nil, valuesByStatus(schema) == nil else {
            return false
        }
        return !Self.commands.contains(name) && !Self.events.contains(name)
    }

    /// The names of the schemas of events and of their two parts.
    private static let events = Set(EventType.allCases.flatMap { APISchemas.eventNames(of: $0) })

    /// The names of the schemas of commands, and of commands as bulk lines.
    private static let commands = Set(
        CommandName.allCases.flatMap { [$0.schemaName, "\($0.schemaName)Line"] } + [
            "RecordTrackedScan"
        ]
    )

    /// The schema of the values of an object with a field for each status; nil for any other object.
    func valuesByStatus(_ schema: JSONValue) -> JSONValue? {
        let members = schema["properties"]?.object?.members ?? []
        return members.map(\.name) == OrderStatus.allCases.map(\.rawValue) ? members.first?.value : nil
    }

    /// The name that a schema refers to; nil for a schema that stands where it is used.
    func named(_ schema: JSONValue) -> String? {
        schema["$ref"]?.string?.split(separator: "/").last.map(String.init)
    }

    /// The fields of an object; none for any other schema.
    func fields(of schema: JSONValue, under prefix: String = "") -> [Field] {
        let schema = named(schema).flatMap { schemas[$0] } ?? schema
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object?.members ?? []).flatMap { member -> [Field] in
            let path = prefix + member.name
            let field = Field(
                path: path,
                isRequired: required.contains(member.name),
                schema: member.value,
                meaning: member.value["description"]?.string ?? ""
            )
            if valuesByStatus(member.value) != nil { return [field] }
            if member.value["properties"] != nil { return [field] + fields(of: member.value, under: path + ".") }
            if let items = member.value["items"], items["properties"] != nil {
                return [field] + fields(of: items, under: path + "[].")
            }
            return [field]
        }
    }
}
