import FoundationEssentials
import StrictJSON

@testable import Orders

/// A small JSON Schema validator for the keywords that the catalog uses; any other keyword is a problem.
struct SchemaChecker {
    let schemas: [String: JSONValue]
    /// The properties that values had so far, as `pointer of the object's schema/name`.
    private(set) var met: Set<String> = []
    private var expressions: [String: Regex<AnyRegexOutput>] = [:]

    init(_ catalog: SchemaCatalog) { schemas = catalog.schemas }

    private static let known: Set<String> = [
        "$ref", "type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minimum",
        "maximum", "minLength", "maxLength", "pattern", "format", "enum", "const", "description", "anyOf",
        "maxProperties",
        "propertyNames",
    ]

    /// The first rule of the schema that the value breaks; nil where it breaks none.
    mutating func problem(_ value: JSONValue, _ schema: JSONValue, at place: String = "") throws -> String? {
        guard case .object(let keywords) = schema else { return schema == true ? nil : "\(place): false schema" }
        for member in keywords.members where !Self.known.contains(member.name) {
            return "\(place): the checker does not know \(member.name)"
        }
        if let reference = schema["$ref"]?.string {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let schema = schemas[name] else { return name == "Position" ? nil : "no schema \(name)" }
            return try problem(value, schema, at: "#\(name)")
        }
        if let type = schema["type"]?.string, !Self.isOf(type, value) { return "\(place): not \(type)" }
        if let only = schema["const"], only != value { return "\(place): not \(only)" }
        if let words = schema["enum"]?.array, !words.contains(value) { return "\(place): none of the words" }
        switch value {
        case .string(let text): return try textProblem(text, schema).map { "\(place): \($0)" }
        case .number:
            if let least = schema["minimum"]?.integer, (value.integer ?? .min) < least { return "\(place): too small" }
            if let most = schema["maximum"]?.integer, (value.integer ?? .max) > most { return "\(place): too large" }
            return nil
        case .array(let elements): return try arrayProblem(elements, schema, place)
        case .object(let object): return try objectProblem(object, schema, place)
        case .bool, .null: return nil
        }
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null): true
        case ("integer", .number): value.integer != nil
        default: false
        }
    }

    private mutating func textProblem(_ text: String, _ schema: JSONValue) throws -> String? {
        let count = Int64(text.unicodeScalars.count)
        if let least = schema["minLength"]?.integer, count < least { return "too short" }
        if let most = schema["maxLength"]?.integer, count > most { return "too long" }
        // Swift's engine spells a code point otherwise than ECMA 262 does.
        if let pattern = schema["pattern"]?.string?.replacing(#/\\u([0-9A-F]{4})/#, with: { "\\x{\($0.1)}" }) {
            let expression = try expressions[pattern] ?? Regex(pattern).matchingSemantics(.unicodeScalar)
            expressions[pattern] = expression
            if text.wholeMatch(of: expression) == nil { return "not of the pattern" }
        }
        switch schema["format"]?.string {
        case "uuid": return UUID(uuidString: text) == nil ? "no UUID" : nil
        case "date-time": return Timestamp(rfc3339: text) == nil ? "no time" : nil
        default: return nil
        }
    }

    private mutating func arrayProblem(_ elements: [JSONValue], _ schema: JSONValue, _ place: String) throws -> String?
    {
        if let least = schema["minItems"]?.integer, elements.count < least { return "\(place): too few" }
        if let most = schema["maxItems"]?.integer, elements.count > most { return "\(place): too many" }
        guard let items = schema["items"] else { return nil }
        for element in elements {
            if let problem = try problem(element, items, at: place + "/items") { return problem }
        }
        return nil
    }

    private mutating func objectProblem(_ object: JSONObject, _ schema: JSONValue, _ place: String) throws -> String? {
        for name in schema["required"]?.array ?? [] {
            if let name = name.string, object[name] == nil { return "\(place): \(name) is missing" }
        }
        if let most = schema["maxProperties"]?.integer, object.members.count > most { return "\(place): too many" }
        for member in object.members {
            guard let property = schema["properties"]?[member.name] else {
                if schema["additionalProperties"] == false { return "\(place): \(member.name) is not described" }
                if let names = schema["propertyNames"],
                    let problem = try problem(.string(member.name), names, at: place + "/names")
                {
                    return problem
                }
                if let more = schema["additionalProperties"], more.object != nil,
                    let problem = try problem(member.value, more, at: place + "/values")
                {
                    return problem
                }
                continue
            }
            met.insert("\(place)/\(member.name)")
            if let problem = try problem(member.value, property, at: "\(place)/\(member.name)") { return problem }
        }
        return nil
    }

    /// Every property that the schema describes, named as `met` names them.
    func described(_ schema: JSONValue, at place: String = "") -> Set<String> {
        if let reference = schema["$ref"]?.string {
            let name = String(reference.split(separator: "/").last ?? "")
            return schemas[name].map { described($0, at: "#\(name)") } ?? []
        }
        var all: Set<String> = schema["items"].map { described($0, at: place + "/items") } ?? []
        for member in schema["properties"]?.object?.members ?? [] {
            all.insert("\(place)/\(member.name)")
            all.formUnion(described(member.value, at: "\(place)/\(member.name)"))
        }
        return all
    }
}
