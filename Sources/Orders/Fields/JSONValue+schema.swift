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

    /// The schema of a member with its meaning as the description, before a description that the schema has already.
    ///
    /// - Parameter meanings: the meanings of members in the object at hand, which go before the common ones.
    func describing(member name: String, _ meanings: [String: String]) -> JSONValue {
        guard let meaning = meanings[name] ?? FieldMeanings.common[name] else { return self }
        let own = self["description"]?.string.map { " " + $0 } ?? ""
        let members = (object?.members ?? []).filter { $0.name != "description" }.map { ($0.name, $0.value) }
        return .members(members + [("description", .string(meaning + own))])
    }
}
