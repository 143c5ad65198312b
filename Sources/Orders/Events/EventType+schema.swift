package import StrictJSON

extension EventType {
    /// The schemas of a stored event's `data` and `internal`, taken from the reader that folds it.
    package struct Contents {
        /// The schema of `data`, which customers see; nil for a type that is always hidden from them.
        package let data: JSONValue?
        /// The schema of `internal` beside a `data` that customers see; nil for a type that is always hidden from them.
        package let `internal`: JSONValue?
        /// The schema of `internal` in a hidden event, whose `data` is null; nil for a type that is never hidden.
        package let hidden: JSONValue?
    }

    /// The number of the layout in which events of the type are written, counted from 1.
    package var schema: Int { Upcasters.current.schema(of: self) }

    /// The schemas of a stored event's texts.
    package func contents(in catalog: SchemaCatalog) -> Contents {
        var stored = StoredFields(
            data: FieldReader(describing: catalog, meanings: payload.meanings),
            internal: FieldReader(describing: catalog, meanings: payload.meanings),
            columns: StoredColumns(occurredAt: .earliest, number: "", shop: "", customer: ""),
            isDescribing: true
        )
        _ = payload.read(self, &stored)
        _ = stored.internal.optional("anomaly", .anomaly)
        let data = narrowed(stored.data.schema)
        let `internal` = stored.internal.schema
        return Contents(
            data: payload.hiding == .always ? nil : data,
            internal: payload.hiding == .always ? nil : `internal`,
            hidden: payload.hiding == .never ? nil : Self.merged(data, `internal`)
        )
    }

    /// The members of `data`, with the only value of a member that has one value in all events of the type.
    private func narrowed(_ data: JSONValue) -> JSONValue {
        guard let constant = payload.constant(of: self) else { return data }
        return Self.rebuilt(data) { name, schema in
            guard name == constant.member else { return schema }
            return constant.schema(describedBy: schema["description"]?.string ?? "")
        }
    }

    private static func merged(_ data: JSONValue, _ more: JSONValue) -> JSONValue {
        let properties = [data, more].flatMap { $0["properties"]?.object?.members ?? [] }.map { ($0.name, $0.value) }
        let required = [data, more].flatMap { $0["required"]?.array ?? [] }
        var members: [(String, JSONValue)] = [("type", "object"), ("properties", .members(properties))]
        if !required.isEmpty { members.append(("required", .array(required))) }
        return .members(members + [("additionalProperties", false)])
    }

    private static func rebuilt(_ schema: JSONValue, _ property: (String, JSONValue) -> JSONValue) -> JSONValue {
        .members(
            (schema.object?.members ?? []).map { member in
                guard member.name == "properties" else { return (member.name, member.value) }
                let properties = member.value.object?.members ?? []
                return (member.name, .members(properties.map { ($0.name, property($0.name, $0.value)) }))
            }
        )
    }

    /// One sentence on what happened.
    package var summary: String { payload.summaries[self] ?? "" }
}
