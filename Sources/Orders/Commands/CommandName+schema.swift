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
            return line(body, namesOrder: self != .placeOrder)
        }
    }

    /// The schema of a scan by tracking number.
    package static func trackedScanSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("RecordTrackedScan") {
            trackedScanBody(catalog).adding(("description", .string("Reports a scan by the parcel's tracking number.")))
        }
    }

    /// The schema of a scan by tracking number as a line of `POST /v1/commands`.
    package static func trackedScanLineSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("RecordTrackedScanLine") {
            CommandName.recordScan.line(trackedScanBody(catalog), namesOrder: false)
        }
    }

    private static func trackedScanBody(_ catalog: SchemaCatalog) -> JSONValue {
        FieldReader.schema(catalog, meanings: RecordScan.meanings) { fields in
            OrderCommand.readTime(RecordScan.self, &fields)
            _ = RecordScan.readTracked(&fields)
        }
    }

    private func line(_ body: JSONValue, namesOrder: Bool) -> JSONValue {
        var properties: [(String, JSONValue)] = [
            ("command", ["type": "string", "enum": [.string(rawValue)], "description": "The command."])
        ]
        if namesOrder {
            properties.append(
                ("orderId", ["type": "string", "format": "uuid", "description": "The order that the command is for."])
            )
        }
        properties += [
            (
                "commandId",
                [
                    "type": "string", "pattern": "^[\\x20-\\x7E]{1,255}$",
                    "description": "The id under which the command is recognised when it is sent again.",
                ]
            ),
            (
                "ifMatch",
                [
                    "type": "integer", "minimum": 0, "maximum": .integer(Int(Int32.max)),
                    "description": "The version that the order must have.",
                ]
            ),
        ]
        properties += body["properties"]?.object?.members.map { ($0.name, $0.value) } ?? []
        let own = body["required"]?.array ?? []
        return [
            "type": "object", "properties": .members(properties),
            "required": .array(["command"] + (namesOrder ? ["orderId"] : []) + own),
            "additionalProperties": false,
        ]
    }

    private func read(_ fields: inout FieldReader) {
        OrderCommand.readTime(payload, &fields)
        _ = payload.read(&fields)
    }
}
