import StrictJSON

/// Tables of an object's fields in HTML.
struct SchemaTable {
    let fields: SchemaFields
    /// The paths of the pages that hold the types, and the rest; empty where it is the page of the table itself.
    var typesPage = ""
    var mainPage = ""

    /// - Returns: an empty text where the schema has no fields.
    func html(_ schema: JSONValue) -> String {
        let rows = fields.fields(of: schema).map { field in
            let mark = field.isRequired ? "" : " <small>optional</small>"
            return ["\(HTML.code(field.path))\(mark)", type(field.schema), HTML.prose(field.meaning)]
        }
        if rows.isEmpty { return "" }
        let hasMeanings = rows.contains { !$0[2].isEmpty }
        return hasMeanings
            ? HTML.table(["field", "type", "meaning"], rows)
            : HTML.table(["field", "type"], rows.map { Array($0.prefix(2)) })
    }

    /// The kind of value that a schema admits, in a few words.
    func type(_ schema: JSONValue) -> String {
        if let name = fields.named(schema) {
            if name == "Position" { return HTML.link("positions", "position", on: mainPage) }
            if name == "Event" { return HTML.link("event-types", HTML.code(name), on: mainPage) }
            if fields.isType(name) { return HTML.link("type-\(name)", HTML.code(name), on: typesPage) }
            return type(fields.schemas[name] ?? true)
        }
        if let choices = schema["anyOf"]?.array { return choices.map(type).joined(separator: " or ") }
        if let words = schema["enum"]?.array?.compactMap(\.string) {
            return words.count > 40 ? "a code" : words.map(HTML.code).joined(separator: " · ")
        }
        if let items = schema["items"] { return items["properties"] == nil ? "list of \(type(items))" : "list" }
        if let value = fields.valuesByStatus(schema) { return "for each status: \(type(value))" }
        return scalar(schema)
    }

    private func scalar(_ schema: JSONValue) -> String {
        let kind = schema["format"]?.string.map {
            ["date-time": "time", "uuid": "UUID", "uri": "URI", "int64": "integer"][$0] ?? $0
        }
        let base = kind ?? ["string": "text", "integer": "integer"][schema["type"]?.string ?? ""]
        var text = base ?? schema["type"]?.string ?? "any"
        if let least = schema["minimum"]?.integer, let most = schema["maximum"]?.integer {
            text += ", \(least) … \(most)"
        }
        if let most = schema["maxLength"]?.integer, schema["pattern"]?.string?.hasPrefix("^[^") == true {
            text += ", up to \(most)"
        } else if let pattern = schema["pattern"]?.string {
            text += " <small>\(HTML.code(pattern))</small>"
        }
        if let fallback = schema["default"] {
            text += "; default \(HTML.code(String(decoding: fallback.bytes, as: UTF8.self)))"
        }
        return text
    }
}
