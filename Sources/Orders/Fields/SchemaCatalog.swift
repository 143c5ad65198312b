package import StrictJSON

/// The JSON Schemas (2020-12) of named values, collected while fields describe themselves. What is read and what is
/// described come from the same declarations, so neither can say what the other does not.
package final class SchemaCatalog {
    package private(set) var schemas: [String: JSONValue] = [:]
    private let root: String
    private let notes: [String: String]

    /// - Parameters:
    ///   - root: where the named schemas stand in the document.
    ///   - notes: what members mean, by their name, or by `Object.member`.
    package init(root: String = "#/components/schemas/", notes: [String: String] = [:]) {
        self.root = root
        self.notes = notes
    }

    /// A reference to a named schema; `make` is asked for it once.
    package func reference(_ name: String, _ make: () -> JSONValue) -> JSONValue {
        if schemas[name] == nil { schemas[name] = make() }
        return ["$ref": .string(root + name)]
    }

    func note(on member: String) -> String? { notes[member] }
}

/// The members that an object's reader asked for while it described itself.
struct ObjectDescription {
    let catalog: SchemaCatalog
    private var properties: [(String, JSONValue)] = []
    private var required: [String] = []

    init(_ catalog: SchemaCatalog) { self.catalog = catalog }

    mutating func add(_ name: String, _ schema: JSONValue, isRequired: Bool) {
        guard !properties.contains(where: { $0.0 == name }) else { return }
        let note = catalog.note(on: name).map { schema.adding(("description", .string($0))) }
        properties.append((name, note ?? schema))
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
