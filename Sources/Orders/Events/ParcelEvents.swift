import StrictJSON

struct ParcelPacked: EventPayload {
    let parcelId: String
    let lines: [LineQuantity]

    var type: EventType { .parcelPacked }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelPacked? {
        let parcelId = stored.data.required("parcelId", .identifier)
        guard let lines = stored.data.required("lines", .lines), let parcelId else { return nil }
        return ParcelPacked(parcelId: parcelId, lines: lines)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.parcels.append(Parcel(parcelId: parcelId, lines: lines))
        order.settleUnits(of: order.parcels.count - 1, formerly: .void)
        order.answerLosses()
    }
}

struct ParcelVoided: EventPayload {
    let parcelId: String
    let reason: String

    var type: EventType { .parcelVoided }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("reason", reason)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelVoided? {
        let parcelId = stored.data.required("parcelId", .identifier)
        guard let reason = stored.data.required("reason", .text), let parcelId else { return nil }
        return ParcelVoided(parcelId: parcelId, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { $0.void() }
    }
}

struct ParcelDispatched: EventPayload {
    let parcelId: String
    /// Unknown where a scan told us that the parcel had left.
    let carrier: String?
    let trackingNumber: String?
    let eta: TimeWindow?
    let isImplied: Bool

    var type: EventType { .parcelDispatched }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("carrier", carrier)
        writer.field("trackingNumber", trackingNumber)
        writer.field("eta", eta)
        if isImplied { writer.field("implied", true) }
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelDispatched? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let carrier = stored.data.optional("carrier", .text)
        let trackingNumber = stored.data.optional("trackingNumber", .text)
        let eta = stored.data.optional("eta", .window)
        let implied = stored.data.optional("implied", .bool)
        return parcelId.map {
            ParcelDispatched(
                parcelId: $0,
                carrier: carrier,
                trackingNumber: trackingNumber,
                eta: eta,
                isImplied: implied ?? false
            )
        }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { parcel in
            parcel.carrier = carrier
            parcel.trackingNumber = trackingNumber
            if let eta { parcel.eta = eta }
            parcel.dispatch()
        }
    }
}

struct EtaRevised: EventPayload {
    /// Nil: the order as a whole.
    let parcelId: String?
    let old: TimeWindow?
    let new: TimeWindow
    let source: EtaSource
    let reason: String?

    var type: EventType { .etaRevised }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("old", old)
        writer.field("new", new)
        writer.field("source", source)
        writer.field("reason", reason)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> EtaRevised? {
        let parcelId = stored.data.optional("parcelId", .identifier)
        let old = stored.data.optional("old", .window)
        let new = stored.data.required("new", .window)
        let source: EtaSource? = stored.data.required("source", .word)
        let reason = stored.data.optional("reason", .text(atLeast: 0))
        guard let new, let source else { return nil }
        return EtaRevised(parcelId: parcelId, old: old, new: new, source: source, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        guard let parcelId else {
            order.eta = new
            return
        }
        order.changeParcel(parcelId) { $0.eta = new }
    }
}
