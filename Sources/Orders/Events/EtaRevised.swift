import StrictJSON

/// The expected time of a parcel, or of the order as a whole, was changed.
struct EtaRevised: EventPayload {
    static let summaries: [EventType: String] = [
        .etaRevised: "A parcel, or the order as a whole, is expected at another time."
    ]
    static let meanings = [
        "parcelId": "The parcel; absent for the order as a whole.",
        "old": "The time at which arrival was expected before; absent where none was expected.",
        "new": "The time at which arrival is expected now; absent where none is expected any more.",
        "scanId": "The scan that caused the change; absent where the shop revised the time.",
        "source": "The source of the expectation.",
        "reason": "The reason for the change.",
    ]

    /// The parcel that is expected at another time; nil for the order as a whole.
    var parcelId: String?
    var old: TimeWindow?
    let new: TimeWindow?
    let source: EtaSource
    var reason: String?
    /// The scan that caused the change: the scan is the source then, not this event.
    var scanId: String?

    var type: EventType { .etaRevised }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("old", old)
        writer.field("new", new)
        writer.field("source", source)
        writer.field("reason", reason)
        writer.field("scanId", scanId)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> EtaRevised? {
        let parcelId = stored.data.optional("parcelId", .identifier)
        let old = stored.data.optional("old", .window)
        let new = stored.data.optional("new", .window)
        let source: EtaSource? = stored.data.required("source", .word)
        let reason = stored.data.optional("reason", .text(atLeast: 0))
        let scanId = stored.data.optional("scanId", .identifier)
        guard let source else { return nil }
        return EtaRevised(
            parcelId: parcelId,
            old: old,
            new: new,
            source: source,
            reason: reason,
            scanId: scanId
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        guard let parcelId else {
            order.eta = new
            return
        }
        let version = order.version
        order.changeParcel(parcelId) { parcel in
            parcel.eta = new
            guard scanId == nil, let new else { return }
            parcel.etaSources.append(EtaSourceEntry(window: new, occurredAt: occurredAt, recordedWith: version))
        }
    }
}
