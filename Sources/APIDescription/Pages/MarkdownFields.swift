import OrderAPI
import Orders
import StrictJSON

/// Tables of fields and words in Markdown, with links to the types and enumerations of `api.md`.
struct MarkdownFields {
    private let document: APIDocument
    /// The path to `api.md` from the page at hand; empty on `api.md` itself.
    private let apiPage: String

    init(_ document: APIDocument, apiPage: String) {
        self.document = document
        self.apiPage = apiPage
    }

    /// A table of an object's fields; nil for an object without fields and any other schema.
    func table(of schema: JSONValue) -> String? {
        let rows = rows(of: schema)
        return rows.isEmpty ? nil : MarkdownTable.text(Self.columns, rows)
    }

    static let columns = ["field", "required", "type", "meaning"]

    func rows(of schema: JSONValue) -> [[String]] {
        document.fields.fields(of: schema).map { field in
            ["`\(field.path)`", field.isRequired ? "yes" : "no", type(field.schema), field.meaning]
        }
    }

    /// The kind of value that a schema admits, in a few words.
    func type(_ schema: JSONValue) -> String {
        if let name = document.fields.named(schema) { return type(named: name) }
        if let choices = schema["anyOf"]?.array { return choices.map(type).joined(separator: " or ") }
        if let words = schema["enum"]?.array?.compactMap(\.string) { return type(ofWords: words) }
        if let items = schema["items"] {
            let element = items["properties"] == nil ? type(items) : "objects"
            return "list of \(element)" + Self.bounds(schema["minItems"], schema["maxItems"], unit: "element")
        }
        if let value = document.fields.valuesByStatus(schema) {
            return "object with a field for each \(enumeration("OrderStatus")): \(type(value))"
        }
        if schema["properties"] != nil { return "object" }
        return Self.scalar(schema)
    }

    private func type(named name: String) -> String {
        switch name {
        case "Position": "position"
        case "Event": "[Event](events.md)"
        case _ where document.enumerations.contains { $0.name == name }: enumeration(name)
        case _ where document.fields.isType(name): "[\(name)](\(apiPage)#type-\(name.lowercased()))"
        default: type(document.fields.schemas[name] ?? true)
        }
    }

    private func type(ofWords words: [String]) -> String {
        if words == EventType.allCases.map(\.rawValue) { return "[a type of event](events.md)" }
        if words == ProblemCode.allCases.map(\.rawValue) { return "[a code](problems.md)" }
        if words == RejectionReason.allCases.map(\.rawValue) { return "[a reason](problems.md#refusals)" }
        if let known = document.enumerations.first(where: { $0.words.map(\.word) == words }) {
            return enumeration(known.name)
        }
        return words.count > 40 ? "one of \(words.count) codes" : words.map { "`\($0)`" }.joined(separator: ", ")
    }

    private func enumeration(_ name: String) -> String {
        "[\(name)](\(apiPage)#enumeration-\(name.lowercased()))"
    }

    private static func scalar(_ schema: JSONValue) -> String {
        let formats = ["date-time": "time (RFC 3339)", "uuid": "UUID", "uri": "URI", "int64": "integer"]
        let format = schema["format"]?.string.map { formats[$0] ?? $0 }
        var text = format ?? schema["type"]?.string ?? "any value"
        text += bounds(schema["minimum"], schema["maximum"], unit: nil)
        // A pattern that only excludes characters, such as NUL, says less than the length does.
        if let pattern = schema["pattern"]?.string, !pattern.hasPrefix("^[^") {
            text += ", `\(pattern.replacing("|", with: "\\|"))`"
        }
        text += bounds(schema["minLength"], schema["maxLength"], unit: "character")
        if let fallback = schema["default"] {
            text += ", default `\(String(decoding: fallback.bytes, as: UTF8.self))`"
        }
        return text
    }

    private static func bounds(_ least: JSONValue?, _ most: JSONValue?, unit: String?) -> String {
        func units(_ count: Int64) -> String { unit.map { " \($0)\(count == 1 ? "" : "s")" } ?? "" }
        return switch (least?.integer, most?.integer) {
        case (let least?, let most?): ", \(least) … \(most)\(units(most))"
        case (let least?, nil): ", at least \(least)\(units(least))"
        case (nil, let most?): ", at most \(most)\(units(most))"
        case (nil, nil): ""
        }
    }
}
