package import StrictJSON

/// The JSON Schemas (2020-12) of named values, collected while fields describe themselves. The reader and the schema
/// come from the same declarations, so that neither can say what the other does not.
package final class SchemaCatalog {
    package private(set) var schemas: [String: JSONValue] = [:]
    /// The words of each enumeration that a schema names, with their meanings, by the enumeration's schema.
    package private(set) var enumerations: [String: [EnumerationWord]] = [:]
    private let root: String

    /// - Parameter root: the path of the named schemas in the document.
    package init(root: String = "#/components/schemas/") {
        self.root = root
    }

    /// A reference to a named schema.
    ///
    /// - Parameter make: makes the schema; called once for each name.
    package func reference(_ name: String, _ make: () -> JSONValue) -> JSONValue {
        if schemas[name] == nil { schemas[name] = make() }
        return ["$ref": .string(root + name)]
    }

    /// A reference to the schema of an enumeration.
    func reference<Word: WireWord>(to type: Word.Type) -> JSONValue {
        let name = wordName(of: type)
        enumerations[name] = type.allCases.map { EnumerationWord(word: $0.rawValue, meaning: $0.meaning) }
        return reference(name) { ["type": "string", "enum": .strings(type.allCases.map(\.rawValue))] }
    }
}
