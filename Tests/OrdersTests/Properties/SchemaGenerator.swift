import StrictJSON

@testable import Orders

/// A generator of values that a schema allows, and of small changes that it forbids.
struct SchemaGenerator {
    var random: SeededGenerator
    let schemas: [String: JSONValue]

    private static let texts = [
        "x", "Köln", "שלום", "👩‍👩‍👧‍👦", "a\u{2028}b", "\r\n", "\u{FEFF}", "\u{1}", " ", "\"\\/",
        String(repeating: "é", count: 500),
    ]

    /// A value that the schema allows. Rules across fields, which a schema cannot say, are kept: one currency, windows
    /// in order, no line twice.
    mutating func value(of schema: JSONValue) -> JSONValue {
        if let reference = schema["$ref"]?.string {
            let name = String(reference.split(separator: "/").last ?? "")
            switch name {
            case "Time": return "2026-06-30T19:59:60.25-04:00"
            case "Currency": return "EUR"
            case "TimeWindow":
                return ["earliest": "2026-11-01T00:00:00Z", "latest": "2026-11-01T01:00:00.000001+01:00"]
            default: return value(of: schemas[name] ?? true)
            }
        }
        if let words = schema["enum"]?.array { return random.pick(words) }
        switch schema["type"]?.string {
        case "boolean": return .bool(random.chance(50))
        case "integer":
            let (least, most) = (schema["minimum"]?.integer ?? 0, schema["maximum"]?.integer ?? 0)
            return .integer(random.pick([least, most, least + (most - least) / 2]))
        case "string": return text(schema)
        case "array": return array(schema)
        default: return object(schema)
        }
    }

    private mutating func text(_ schema: JSONValue) -> JSONValue {
        if schema["format"]?.string == "uuid" { return "019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4" }
        switch schema["pattern"]?.string {
        case "^[^\\u0000]*$"?: return .string(random.pick(Self.texts))
        case "^[A-Z]{2}$"?: return "DE"
        case "^[a-z0-9-]{1,63}$"?: return random.pick(["a", "aurora-2", .string(String(repeating: "z", count: 63))])
        case "^[A-Za-z0-9._:-]{1,64}$"?:
            return random.pick(["a", "A._:-9", .string(String(repeating: "Z", count: 64))])
        case "^[A-Za-z0-9._-]{1,64}$"?: return .string(random.pick(Self.keys))
        case let pattern? where pattern.hasPrefix("^[^\\u0000-\\u001F"):
            return random.pick(["c-1", "שלום", .string(String(repeating: "é", count: 255))])
        case let pattern? where pattern.hasPrefix("^https"):
            return random.pick(["https://a.example/x?y=1", "https://a"])
        case let pattern? where pattern.contains("[A-Za-z0-9][^"):
            return random.pick(["1Z 999-AA", "é7", .string(String(repeating: "T", count: 500))])
        default: return random.pick(["en", "de-DE", "zh-Hant-TW", "sl-rozaj-1994"])
        }
    }

    private static let keys = ["k", "A._-9", String(repeating: "Z", count: 64)]

    /// An object of free keys, such as metadata, with values of this schema.
    private mutating func entries(of schema: JSONValue) -> JSONValue {
        let names = Self.keys.prefix(Int.random(in: 0...3, using: &random))
        return .members(names.map { ($0, value(of: schema)) })
    }

    private mutating func array(_ schema: JSONValue) -> JSONValue {
        let items = schema["items"] ?? true
        return .array(
            (0..<Int.random(in: 1...3, using: &random)).map { index in
                // `lineId` is unique within a list.
                changing(value(of: items), "lineId", to: .string("l\(index)"))
            }
        )
    }

    private mutating func object(_ schema: JSONValue) -> JSONValue {
        if let value = schema["additionalProperties"], value.object != nil { return entries(of: value) }
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        var members: [(String, JSONValue)] = []
        for member in schema["properties"]?.object?.members ?? []
        where required.contains(member.name) || random.chance(50) {
            members.append((member.name, value(of: member.value)))
        }
        members.shuffle(using: &random)
        return .members(members)
    }

    private func changing(_ value: JSONValue, _ name: String, to new: JSONValue) -> JSONValue {
        guard let object = value.object, object[name] != nil else { return value }
        return .members(object.members.map { ($0.name, $0.name == name ? new : $0.value) })
    }

    /// The value with one change: a member removed, added, made null, or replaced.
    mutating func mutated(_ value: JSONValue) -> JSONValue {
        let odd: [JSONValue] = [
            .null, true, 0, -1, 1_000_001, "", "a b", "é", .string("a\u{0}b"),
            .string(String(repeating: "x", count: 501)),
            [], [:], ["x": 1], .number(JSONNumber(text: "1.5")), .number(JSONNumber(text: "1e400")),
            .number(JSONNumber(text: "9223372036854775808")), "2026-02-30T00:00:00Z", "de",
        ]
        switch value {
        case .object(let object) where !object.isEmpty && random.chance(80):
            var members = object.members.map { ($0.name, $0.value) }
            let index = Int.random(in: members.indices, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: members.remove(at: index)
            case 1: members.append(("unknown", 1))
            case 2: members[index].1 = random.pick(odd)
            default: members[index].1 = mutated(members[index].1)
            }
            return .members(members)
        case .array(let elements) where !elements.isEmpty && random.chance(80):
            var elements = elements
            let index = Int.random(in: elements.indices, using: &random)
            elements[index] = mutated(elements[index])
            return .array(elements)
        default: return random.pick(odd)
        }
    }
}
