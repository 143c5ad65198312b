package import StrictJSON

extension EventType {
    /// What a stored event's `data` and `internal` hold, as the reader that folds it says.
    package struct Contents {
        /// What customers see; nil where the event can only be hidden from them.
        package let data: JSONValue?
        /// What only staff see, where customers see `data`; nil where they never do.
        package let `internal`: JSONValue?
        /// What only staff see where the event is hidden and `data` is null; nil where it never is.
        package let hidden: JSONValue?
    }

    /// The schema in which events of the type are written.
    package var schema: Int { Upcasters.current.schema(of: self) }

    package func contents(in catalog: SchemaCatalog) -> Contents {
        var stored = StoredFields(
            data: .describing(catalog),
            internal: .describing(catalog),
            columns: StoredColumns(occurredAt: .earliest, number: "", shop: "", customer: "")
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

    /// A payload that serves several types holds only what goes with this one.
    private func narrowed(_ data: JSONValue) -> JSONValue {
        switch self {
        case .paymentAuthorized: Self.replacing("kind", PaymentKind.authorized.rawValue, in: data)
        case .paymentCaptured: Self.replacing("kind", PaymentKind.captured.rawValue, in: data)
        case .paymentVoided: Self.replacing("kind", PaymentKind.voided.rawValue, in: data)
        case .paymentFailed: Self.replacing("kind", PaymentKind.failed.rawValue, in: data)
        case .paymentRefunded: Self.replacing("kind", PaymentKind.refunded.rawValue, in: data)
        case .deliveryFailed: Self.replacing("code", ScanCode.attemptFailed.rawValue, in: data)
        case .parcelDelivered: Self.replacing("code", ScanCode.delivered.rawValue, in: data)
        case .parcelReturnedToSender: Self.replacing("code", ScanCode.returnedToSender.rawValue, in: data)
        case .parcelLost: Self.replacing("code", ScanCode.lost.rawValue, in: data)
        case .returnApproved: Self.replacing("approve", true, in: data)
        case .returnRejected: Self.replacing("approve", false, in: data)
        default: data
        }
    }

    private static func replacing(_ name: String, _ value: String, in schema: JSONValue) -> JSONValue {
        replacing(name, .string(value), in: schema)
    }

    private static func replacing(_ name: String, _ value: JSONValue, in schema: JSONValue) -> JSONValue {
        rebuilt(schema) { member, old in member == name ? ["const": value] : old }
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

    /// What happened, in one sentence.
    package var summary: String {
        switch self {
        case .orderPlaced: "The order was opened; `data` holds what was ordered, with defaults filled in."
        case .orderConfirmed: "The shop accepted the order."
        case .shipToChanged: "What has not left yet goes elsewhere."
        case .itemsCancelled: "Units were cancelled; `lines` lists them, also where the command named none."
        case .orderCancelled: "No live units remain; the order is cancelled."
        case .orderHeld: "The order is on hold."
        case .holdReleased: "A hold was released."
        case .parcelPacked: "Units were put into a new parcel."
        case .parcelVoided: "A parcel was unpacked; its units are open again."
        case .parcelDispatched: "A parcel left; `implied` where only a scan told so."
        case .etaRevised: "A parcel, or the order as a whole, is expected at another time."
        case .parcelScanned: "The carrier scanned a parcel."
        case .deliveryFailed: "The carrier tried to deliver and could not."
        case .parcelDelivered: "The carrier delivered a parcel."
        case .parcelReturnedToSender: "A parcel came back; its units are open again."
        case .parcelLost: "A parcel is lost; its units are open again."
        case .scanRetracted: "A scan was wrong and counts no more."
        case .paymentAuthorized: "A payment was authorized."
        case .paymentCaptured: "A payment was captured."
        case .paymentVoided: "An authorization was voided."
        case .paymentFailed: "A payment failed."
        case .paymentRefunded: "Money was refunded."
        case .returnRequested: "The customer wants to send delivered units back."
        case .returnApproved: "A return was approved."
        case .returnRejected: "A return was rejected."
        case .returnReceived: "Returned units arrived."
        case .anomalyResolved: "Staff have looked at a contradiction."
        case .noteAdded: "A note was added."
        case .orderClosed: "The order was ended; nothing is left to do."
        }
    }
}
