package import StrictJSON

extension CommandName {
    /// The name of the command's schema: `PackParcel`.
    package var schemaName: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// What the command's body may be, as the decoder says it: a reference into the catalog.
    package func schema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference(schemaName) {
            FieldReader.schema(catalog) { read(&$0) }.adding(("description", .string(summary)))
        }
    }

    /// The same as a line of `POST /v1/commands`: the command's fields with its name, its order and its id.
    package func lineSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("\(schemaName)Line") {
            let body = FieldReader.schema(catalog) { read(&$0) }
            var properties: [(String, JSONValue)] = [
                ("command", ["const": .string(rawValue)]),
                ("orderId", ["type": "string", "format": "uuid"]),
                ("commandId", ["type": "string", "pattern": "^[\\x20-\\x7E]{1,255}$"]),
                ("ifMatch", ["type": "integer", "minimum": 0]),
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

    /// What the command does, in one sentence.
    package var summary: String {
        switch self {
        case .placeOrder: "Opens an order."
        case .confirmOrder: "The shop accepts the order; packing may begin."
        case .changeShipTo: "Sends what has not left yet elsewhere."
        case .cancelOrder:
            "Cancels open units, all of them unless lines are named; with the last live unit goes the order."
        case .holdOrder: "Stops confirmation, packing and dispatch until the hold is released."
        case .releaseHold: "Releases a hold."
        case .packParcel: "Puts open units into a new parcel."
        case .voidParcel: "Unpacks a parcel that has not left: its units are open again, its id stays taken."
        case .dispatchParcel: "Hands a packed parcel to a carrier."
        case .reviseEta: "Says when a parcel, or the order as a whole, is expected now."
        case .recordScan: "Reports a carrier's scan: a fact, never refused for being late or surprising."
        case .retractScan: "Takes back a scan that was wrong. It stays in the timeline, marked, and counts no more."
        case .recordPayment: "Reports a payment provider's result: a fact, never refused."
        case .requestReturn: "The customer wants to send delivered units back."
        case .decideReturn: "Approves or rejects a requested return."
        case .receiveReturn:
            "Returned goods arrived. One receipt ends a return, even when less came than was announced."
        case .resolveAnomaly: "Staff have looked at a contradiction; it leaves the attention queue."
        case .addNote: "Adds a note, for staff only or for the customer too."
        case .closeOrder: "Ends an order in which nothing is left to do."
        }
    }
}
