import StrictJSON

/// The members that an object's reader asked for while it described itself.
struct ObjectDescription {
    let catalog: SchemaCatalog
    /// The meanings of members in this object, by name.
    private let meanings: [String: String]
    private var properties: [(String, JSONValue)] = []
    private var required: [String] = []

    init(_ catalog: SchemaCatalog, meanings: [String: String]) {
        self.catalog = catalog
        self.meanings = meanings
    }

    mutating func add(_ name: String, _ schema: JSONValue, isRequired: Bool) {
        guard !properties.contains(where: { $0.0 == name }) else { return }
        properties.append((name, schema.describing(member: name, meanings)))
        if isRequired { required.append(name) }
    }

    var schema: JSONValue {
        var members: [(String, JSONValue)] = [("type", "object")]
        if !properties.isEmpty { members.append(("properties", .members(properties))) }
        if !required.isEmpty { members.append(("required", .strings(required))) }
        members.append(("additionalProperties", false))
        return .members(members)
    }
}
