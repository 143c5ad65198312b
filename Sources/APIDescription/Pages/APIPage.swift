import Access
import Foundation
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

/// `docs/api.md`: every operation with its parameters, bodies and responses, then the types and enumerations that they
/// use.
struct APIPage {
    private let document = APIDocument.shared
    private let fields: MarkdownFields

    init() {
        fields = MarkdownFields(document, apiPage: "")
    }

    var text: String {
        var text = """
            # The API

            This page is made from the description that a running service gives at `/openapi.json` (OpenAPI 3.1), which also
            has every schema and example. The codes of problems are in [problems.md](problems.md), events in
            [events.md](events.md), frames in [streams.md](streams.md).

            \(document.introduction)

            A position is a place in the log, such as `\(ExampleStory.epoch)-42`. Responses and streams give positions out, and
            `after`, `position`, `min_position` and `Last-Event-ID` take them. `0` is the beginning. Customers receive
            positions sealed. Treat positions as opaque.

            There are \(document.operations.count) operations. Those with roles take `Authorization: Bearer …`, see
            [tokens.md](tokens.md).

            """
        for tag in APIOperation.Tag.allCases {
            text += "\n## \(tag.rawValue.capitalized)\n\n\(tag.note)\n"
            for operation in document.operations where operation.tag == tag { text += section(operation) }
        }
        return text + types + enumerations
    }

    // MARK: Operations

    private func section(_ operation: APIOperation) -> String {
        var text = "\n### \(operation.key)\n\n\(operation.summary)"
        if !operation.note.isEmpty { text += " \(operation.note)" }
        let roles = operation.roles.map { "Roles: \($0.map(\.rawValue).joined(separator: ", "))." }
        text += "\n\n`\(operation.id)`. \(roles ?? "No token is needed.")\n"
        if !operation.parameters.isEmpty {
            let rows = operation.parameters.map { parameter in
                [
                    "`\(parameter["name"]?.string ?? "")`", parameter["in"]?.string ?? "",
                    fields.type(parameter["schema"] ?? true), parameter["description"]?.string ?? "",
                ]
            }
            text += "\n" + MarkdownTable.text(["parameter", "in", "type", "meaning"], rows)
        }
        return text + body(of: operation) + responses(of: operation)
    }

    private func body(of operation: APIOperation) -> String {
        guard let content = operation.body?["content"]?.object?.members.first else { return "" }
        var text: String
        if content.value["x-line"] != nil {
            text = "\nBody: `\(content.name)`; each line has the fields of its command and these:\n\n"
            text += MarkdownTable.text(MarkdownFields.columns, document.bulkLineFields.map(row))
        } else {
            text = "\nBody: `\(content.name)`.\n"
            if let table = fields.table(of: content.value["schema"] ?? true) { text += "\n\(table)" }
        }
        if let example = content.value["example"] {
            let plain = example.string ?? String(decoding: example.bytes, as: UTF8.self)
            text += "\n```json\n\(plain.trimmingCharacters(in: .newlines))\n```\n"
        }
        return text
    }

    private func row(_ field: SchemaFields.Field) -> [String] {
        ["`\(field.path)`", field.isRequired ? "yes" : "no", fields.type(field.schema), field.meaning]
    }

    private func responses(of operation: APIOperation) -> String {
        let good = operation.answers.map { answer in
            let shapes = answer.content.compactMap { _, content -> String? in
                guard let schema = content["x-line"] ?? content["schema"], document.fields.named(schema) != nil
                else { return nil }
                return content["x-line"] == nil ? fields.type(schema) : "lines of \(fields.type(schema))"
            }
            let body = shapes.isEmpty ? "" : " Body: \(shapes.joined(separator: " or "))."
            return "\(answer.status): \(answer.note)\(body)"
        }
        let bad = operation.problemsByStatus.map { status, codes in
            "\(status): " + codes.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        }
        return "\n" + (good + bad).map { "- \($0)" }.joined(separator: "\n") + "\n"
    }

    // MARK: Types

    private var types: String {
        let sections = document.fields.types.map { name, schema in
            let note = schema["description"]?.string.map { "\($0)\n\n" } ?? ""
            return "\n### Type `\(name)`\n\n\(note)\(fields.table(of: schema) ?? "")"
        }
        return """

            ## Types

            These are the objects in bodies. `a.b` is a field of the object `a`, and `a[].b` a field of each element of the
            list `a`.
            \(sections.joined())
            """
    }

    private var enumerations: String {
        let sections = document.enumerations.map { enumeration in
            let rows = enumeration.words.map { ["`\($0.word)`", $0.meaning] }
            return "\n### Enumeration `\(enumeration.name)`\n\n\(MarkdownTable.text(["word", "meaning"], rows))"
        }
        return """

            ## Enumerations

            The types of events are in [events.md](events.md), the codes of problems and the reasons of refusals in
            [problems.md](problems.md).
            \(sections.joined())
            """
    }
}
