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
    ///
    /// A scan names its parcel in one of two ways. Both are one schema, since generated clients tell lines apart by
    /// `command` alone.
    package func lineSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("\(schemaName)Line") {
            let body = FieldReader.schema(catalog, meanings: payload.meanings) { read(&$0) }
            switch self {
            case .placeOrder: return line(body, order: .absent)
            case .recordScan: return line(Self.either(body, Self.trackedScanBody(catalog)), order: .optional)
            default: return line(body, order: .required)
            }
        }
    }

    /// The schema of a scan by tracking number.
    package static func trackedScanSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("RecordTrackedScan") {
            trackedScanBody(catalog).adding(("description", .string("Reports a scan by the parcel's tracking number.")))
        }
    }

    private static func trackedScanBody(_ catalog: SchemaCatalog) -> JSONValue {
        FieldReader.schema(catalog, meanings: RecordScan.meanings) { fields in
            OrderCommand.readTime(RecordScan.self, &fields)
            _ = RecordScan.readTracked(&fields)
        }
    }

    /// The members of two bodies; required are those that both require.
    private static func either(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        let own = first["properties"]?.object?.members ?? []
        let more = (second["properties"]?.object?.members ?? []).filter { member in
            !own.contains { $0.name == member.name }
        }
        let secondRequired = second["required"]?.array ?? []
        let required = (first["required"]?.array ?? []).filter { secondRequired.contains($0) }
        return [
            "properties": .members((own + more).map { ($0.name, $0.value) }), "required": .array(required),
        ]
    }

    /// The place of `orderId` in a line.
    private enum OrderMember {
        case required, optional
        /// The line has none, or its body has one already.
        case absent
    }

    private func line(_ body: JSONValue, order: OrderMember) -> JSONValue {
        var properties: [(String, JSONValue)] = [
            ("command", ["type": "string", "enum": [.string(rawValue)], "description": "The command."])
        ]
        if order != .absent {
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
            "required": .array(["command"] + (order == .required ? ["orderId"] : []) + own),
            "additionalProperties": false,
        ]
    }

    private func read(_ fields: inout FieldReader) {
        OrderCommand.readTime(payload, &fields)
        _ = payload.read(&fields)
    }
}
