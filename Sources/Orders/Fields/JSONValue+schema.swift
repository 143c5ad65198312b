package import StrictJSON

extension JSONValue {
    /// The JSON Schema of an object with exactly these members.
    package static func object(
        _ required: [(String, JSONValue)],
        optional: [(String, JSONValue)] = [],
        _ note: String? = nil
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", "object"), ("properties", .members(required + optional)),
            ("required", .strings(required.map(\.0))), ("additionalProperties", false),
        ]
        if let note { members.append(("description", .string(note))) }
        return .members(members)
    }
}
