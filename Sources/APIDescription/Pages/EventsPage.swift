import Orders
import StrictJSON

enum EventsPage {
    static var text: String {
        let catalog = SchemaCatalog()
        let rows = EventType.allCases.map { type -> [String] in
            let contents = type.contents(in: catalog)
            let shown = contents.data.map(fields) ?? ""
            let inside = fields(contents.internal ?? contents.hidden ?? true)
            let seen =
                switch (contents.data == nil, contents.hidden == nil) {
                case (true, _): "staff"
                case (false, true): "customer, staff"
                case (false, false): "customer, staff; staff alone where `visibility` is `staff`"
                }
            return ["`\(type.rawValue)`", "\(type.schema)", type.summary, seen, shown, inside]
        }
        return """
            # Events

            Every event of an order, as it stands in the log, in frames, in history and on log pages. `data` is what customers
            see, and null where they learn nothing of the event; `internal` is for backends, staff and operators. Both are
            stored as the exact text that is pushed, and never change. Optional fields are in parentheses.

            `schema` counts the layouts of a type. A new layout comes with a step in `Sources/Orders/Events/Upcasters.swift`,
            which lets old events be folded; what is pushed stays as it was written.

            \(rows.count) types:

            \(table(["type", "schema", "what happened", "seen by", "`data`", "`internal`"], rows))
            An event is a `status` frame where `statusBefore` and `status` differ, and an `update` frame otherwise. A fact that
            contradicts what was known carries `anomaly`, with one of these codes:
            \(AnomalyCode.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")).

            """
    }

    /// The members' names; optional ones in parentheses.
    static func fields(_ schema: JSONValue) -> String {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object?.members ?? []).map { member in
            required.contains(member.name) ? member.name : "(\(member.name))"
        }.joined(separator: ", ")
    }
}
