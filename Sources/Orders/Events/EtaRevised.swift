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
        "window": "The window that the shop said; present where a newer source says otherwise, and the time stays.",
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
    /// The window that the shop said, where a newer source says otherwise and the expected time stays: a source for the
    /// time at which the newer one is retracted.
    var window: TimeWindow?

    static let upcasters = [
        // In schema 2 `new` can be absent.
        Upcaster(type: .etaRevised, from: 1) { ($0, $1) }
    ]

    var type: EventType { .etaRevised }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("old", old)
        writer.field("new", new)
        writer.field("source", source)
        writer.field("reason", reason)
        writer.field("scanId", scanId)
        writer.field("window", window)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> EtaRevised? {
        let parcelId = stored.data.optional("parcelId", .identifier)
        let old = stored.data.optional("old", .window)
        let new = stored.data.optional("new", .window)
        let source: EtaSource? = stored.data.required("source", .word)
        let reason = stored.data.optional("reason", .text(atLeast: 0))
        let scanId = stored.data.optional("scanId", .identifier)
        let window = stored.data.optional("window", .window)
        guard let source else { return nil }
        return EtaRevised(
            parcelId: parcelId,
            old: old,
            new: new,
            source: source,
            reason: reason,
            scanId: scanId,
            window: window
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        guard let parcelId else {
            order.eta = new
            return
        }
        let version = order.version
        guard let index = order.parcelIndex(parcelId) else { return }
        order.parcels[index].eta = new
        guard scanId == nil, let said = window ?? new else { return }
        order.parcels[index].etaSources.append(
            EtaSourceEntry(window: said, source: source, occurredAt: occurredAt, recordedWith: version)
        )
    }
}
