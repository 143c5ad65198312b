package import StrictJSON

extension CommandName {
    /// The name of the command's schema: `PackParcel`.
    package var schemaName: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// The schema of the command's body, taken from its decoder: a reference into the catalog.
    package func schema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference(schemaName) {
            FieldReader.schema(catalog, meanings: payload.meanings) { read(&$0) }.adding(
                ("description", .string(summary))
            )
        }
    }

    /// The schema of the command as a line of `POST /v1/commands`: its fields with its name, its order and its id.
    package func lineSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("\(schemaName)Line") {
            let body = FieldReader.schema(catalog, meanings: payload.meanings) { read(&$0) }
            var properties: [(String, JSONValue)] = [
                ("command", ["const": .string(rawValue), "description": "The command."]),
                ("orderId", ["type": "string", "format": "uuid", "description": "The order that the command is for."]),
                (
                    "commandId",
                    [
                        "type": "string", "pattern": "^[\\x20-\\x7E]{1,255}$",
                        "description": "The id under which the command is recognised when it is sent again.",
                    ]
                ),
                (
                    "ifMatch",
                    ["type": "integer", "minimum": 0, "description": "The version that the order must have."]
                ),
            ]
            properties += body["properties"]?.object?.members.map { ($0.name, $0.value) } ?? []
            let own = body["required"]?.array ?? []
            return [
                "type": "object", "properties": .members(properties),
                "required": .array(["command"] + (self == .placeOrder ? [] : ["orderId"]) + own),
                "additionalProperties": false,
            ]
        }
    }

    private func read(_ fields: inout FieldReader) {
        OrderCommand.readTime(payload, &fields)
        _ = payload.read(&fields)
    }
}
