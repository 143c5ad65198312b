import Orders
import StrictJSON

/// `docs/events.md`: every type of event with its fields.
struct EventsPage {
    private let document = APIDocument.shared
    private let catalog = SchemaCatalog()
    private let fields: MarkdownFields

    init() {
        fields = MarkdownFields(document, apiPage: "api.md")
    }

    var text: String {
        let rows = EventType.allCases.map { type in
            [
                "[\(type.rawValue)](#\(type.rawValue.lowercased()))", "\(type.schema)", type.summary,
                readers(of: type),
            ]
        }
        return """
            # Events

            An event reads the same in frames, in an order's history and on pages of the log. `data` is the part that customers
            see, and `{}` where they see nothing of the event. `internal` is for backends, staff and operators. Both are stored
            as the exact text that is sent, and never change.

            `schema` counts the layouts of a type. A new layout comes with a step in `Sources/Orders/Events/Upcasters.swift`,
            by which old events are read; the text that is sent stays as it was written.

            An event is a `status` frame where `statusBefore` and `status` differ, and an `update` frame otherwise. A fact that
            contradicts earlier ones carries `anomaly` in `internal`, with a code:

            \(MarkdownTable.text(["code", "meaning"], AnomalyCode.allCases.map { ["`\($0.rawValue)`", $0.meaning] }))
            ## Every event

            \(envelope)
            ## Types

            There are \(rows.count) types:

            \(MarkdownTable.text(["type", "schema", "meaning", "read by"], rows))
            Every `internal` may also hold `anomaly`: an object with `code` and `message`. It is left out below.
            \(EventType.allCases.map(section).joined())
            """
    }

    /// The fields that all types have in common.
    private var envelope: String {
        let required = APISchemas.eventFields(of: .orderConfirmed).map { name, schema in
            let type = ["type": "[a type](#types)", "schema": "integer, at least 1"][name]
            return row(name, schema, required: "yes", type: type)
        }
        let before = row(
            APISchemas.statusBefore.0,
            APISchemas.statusBefore.1,
            required: "all but `OrderPlaced`",
            type: nil
        )
        let data = [
            "`data`", "yes", "object", "The part of the event that customers see; `{}` where they see nothing of it.",
        ]
        let staff = APISchemas.staffFields.map { row($0.0, $0.1, required: "no", type: nil) }
        let `internal` = ["`internal`", "no", "object", "The part for backends, staff and operators."]
        return MarkdownTable.text(MarkdownFields.columns, required + [before, data, `internal`] + staff)
    }

    private func row(_ name: String, _ schema: JSONValue, required: String, type: String?) -> [String] {
        ["`\(name)`", required, type ?? fields.type(schema), schema["description"]?.string ?? ""]
    }

    private func readers(of type: EventType) -> String {
        let contents = type.contents(in: catalog)
        return switch (contents.data == nil, contents.hidden == nil) {
        case (true, _): "backends, staff and operators"
        case (false, true): "all"
        case (false, false): "all; not customers where \(hidingCondition(of: type))"
        }
    }

    /// The condition under which customers read nothing of an event whose type they read otherwise.
    private func hidingCondition(of type: EventType) -> String {
        switch type {
        case .noteAdded: "`visibility` is `staff`"
        case .metadataChanged: "`private` is true"
        default: "the scan is from before the order"
        }
    }

    private func section(_ type: EventType) -> String {
        let contents = type.contents(in: catalog)
        let parts: [(String, JSONValue?)] = [
            ("data", contents.data), ("internal", contents.data == nil ? contents.hidden : contents.internal),
        ]
        let rows = parts.flatMap { part, schema in
            fields.rows(of: schema ?? true).filter { !$0[0].hasPrefix("`anomaly") }.map { row in
                ["`\(part).\(row[0].dropFirst())"] + row.dropFirst()
            }
        }
        let table = rows.isEmpty ? "It has no fields of its own.\n" : MarkdownTable.text(MarkdownFields.columns, rows)
        let hiding =
            contents.data != nil && contents.hidden != nil
            ? "\nWhere customers see nothing of the event, `data` is `{}` and its fields are in `internal`.\n" : ""
        return "\n### \(type.rawValue)\n\n\(type.summary)\n\n\(table)\(hiding)"
    }

    /// The names of an object's fields; optional ones in parentheses.
    static func names(in schema: JSONValue) -> String {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object?.members ?? []).map { member in
            required.contains(member.name) ? member.name : "(\(member.name))"
        }.joined(separator: ", ")
    }
}
