import Access
import Foundation
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

enum APIPage {
    static var text: String {
        get throws {
            let document = APIDocument.shared
            var text = """
                # The API

                Made from the description that a running service gives at `/openapi.json` (OpenAPI 3.1), which also has every
                schema and example. Codes of problems are in [problems.md](problems.md), events in [events.md](events.md),
                frames in [streams.md](streams.md).

                \(document.operations.count) operations. Those that need a token take `Authorization: Bearer …`.

                """
            for tag in APIOperation.Tag.allCases {
                text += "\n## \(tag.rawValue.capitalized)\n\n\(tag.note)\n"
                for operation in document.operations where operation.tag == tag {
                    text += try section(operation, document)
                }
            }
            return text
        }
    }

    private static func section(_ operation: APIOperation, _ document: APIDocument) throws -> String {
        var text = "\n### \(operation.key)\n\n\(operation.summary)"
        if !operation.note.isEmpty { text += " \(operation.note)" }
        text += "\n\n"
        let roles = operation.access.roles.map { $0.map(\.rawValue).joined(separator: ", ") } ?? "nobody needs a token"
        text += "`\(operation.id)`. Roles: \(roles).\n"
        if !operation.parameters.isEmpty {
            let rows = operation.parameters.map { parameter in
                [
                    "`\(parameter["name"]?.string ?? "")`", parameter["in"]?.string ?? "",
                    limits(parameter["schema"] ?? true), parameter["description"]?.string ?? "",
                ]
            }
            text += "\n" + table(["parameter", "in", "values", "meaning"], rows)
        }
        if let content = operation.body?["content"]?.object?.members.first {
            text += "\nBody: `\(content.name)`\(fieldList(content.value, document))\n"
            if let example = content.value["example"] {
                let plain = example.string ?? String(decoding: example.bytes, as: UTF8.self)
                text += "\n```json\n\(plain.trimmingCharacters(in: .newlines))\n```\n"
            }
        }
        let good = operation.answers.map { "\($0.status): \($0.note)" }
        let bad = operation.problemsByStatus.map { status, codes in
            "\(status): " + codes.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        }
        return text + "\n" + (good + bad).map { "- \($0)" }.joined(separator: "\n") + "\n"
    }

    /// The fields of a body that is one named object.
    private static func fieldList(_ media: JSONValue, _ document: APIDocument) -> String {
        guard let name = media["schema"]?["$ref"]?.string?.split(separator: "/").last,
            let schema = document.value["components"]?["schemas"]?[String(name)]
        else { return "." }
        let fields = EventsPage.fields(schema)
        return fields.isEmpty ? "." : ": \(fields). Those in parentheses are optional."
    }

    private static func limits(_ schema: JSONValue) -> String {
        if let choices = schema["anyOf"]?.array { return choices.map(limits).joined(separator: " or ") }
        if let items = schema["items"] { return "list of " + limits(items) }
        if let words = schema["enum"]?.array?.compactMap(\.string) {
            return words.count > 13 ? "\(words.count) words" : words.joined(separator: ", ")
        }
        var parts: [String] = [schema["type"]?.string ?? "any"]
        if let format = schema["format"]?.string { parts.append(format) }
        if let pattern = schema["pattern"]?.string { parts.append("`\(pattern.replacing("|", with: "\\|"))`") }
        if let least = schema["minimum"]?.integer, let most = schema["maximum"]?.integer {
            parts.append("\(least) … \(most)")
        }
        if let fallback = schema["default"] {
            parts.append("default \(String(decoding: fallback.bytes, as: UTF8.self))")
        }
        return parts.joined(separator: ", ")
    }
}
