import StrictJSON

/// Tables of an object's fields, from its JSON Schema.
struct SchemaTable {
    /// All named schemas.
    let schemas: JSONValue

    /// The named schemas that have a place of their own on the page.
    var types: [(name: String, schema: JSONValue)] {
        (schemas.object?.members ?? []).compactMap { member in
            isType(member.name) ? (member.name, member.value) : nil
        }
    }

    /// A command is shown with its operation, an event in the table of events; lists of words where they are used.
    private func isType(_ name: String) -> Bool {
        schemas[name]?["properties"] != nil && schemas["\(name)Line"] == nil && !name.hasSuffix("Event")
            && !(name.hasSuffix("Line") && schemas[String(name.dropLast(4))] != nil)
    }

    func named(_ schema: JSONValue) -> String? {
        schema["$ref"]?.string?.split(separator: "/").last.map(String.init)
    }

    func resolved(_ schema: JSONValue) -> JSONValue { named(schema).flatMap { schemas[$0] } ?? schema }

    /// Empty where the schema has no fields.
    func html(_ schema: JSONValue) -> String {
        let rows = rows(resolved(schema), prefix: "")
        if rows.isEmpty { return "" }
        // Names often say it all.
        let isTold = rows.contains { !$0[2].isEmpty }
        return isTold
            ? HTML.table(["field", "type", "meaning"], rows)
            : HTML.table(["field", "type"], rows.map { Array($0.prefix(2)) })
    }

    private func rows(_ schema: JSONValue, prefix: String) -> [[String]] {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object?.members ?? []).flatMap { member -> [[String]] in
            let field = prefix + member.name
            let mark = required.contains(member.name) ? "" : " <small>optional</small>"
            let note = member.value["description"]?.string ?? ""
            let row = ["\(HTML.code(field))\(mark)", type(member.value), HTML.prose(note)]
            // Objects without a name of their own go on in the same table.
            if member.value["properties"] != nil { return [row] + rows(member.value, prefix: field + ".") }
            if let items = member.value["items"], items["properties"] != nil {
                return [row] + rows(items, prefix: field + "[].")
            }
            return [row]
        }
    }

    /// What a value may be, in a few words.
    func type(_ schema: JSONValue) -> String {
        if let name = named(schema) {
            if name == "Position" { return HTML.link("positions", "position") }
            if name == "Event" { return HTML.link("events", HTML.code(name)) }
            if isType(name) { return HTML.link("type-\(name)", HTML.code(name)) }
            return type(schemas[name] ?? true)
        }
        if let choices = schema["anyOf"]?.array { return choices.map(type).joined(separator: " or ") }
        if let constant = schema["const"]?.string { return HTML.code(constant) }
        if let words = schema["enum"]?.array?.compactMap(\.string) {
            return words.count > 40 ? "a code" : words.map(HTML.code).joined(separator: " · ")
        }
        if let items = schema["items"] { return items["properties"] == nil ? "list of \(type(items))" : "list" }
        return limits(schema)
    }

    private func limits(_ schema: JSONValue) -> String {
        let kind = schema["format"]?.string.map { ["date-time": "time", "uuid": "UUID", "uri": "URI"][$0] ?? $0 }
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
