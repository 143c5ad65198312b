import StrictJSON

/// A parcel left.
struct ParcelDispatched: EventPayload {
    static let summaries: [EventType: String] = [
        .parcelDispatched: "A parcel left; `implied` where only a scan showed it."
    ]
    static let meanings = ["implied": "Whether only a scan showed that the parcel had left."]

    let parcelId: String
    /// The tracking as the command says it; what it leaves out stays as the parcel has it.
    var tracking = Tracking()
    var eta: TimeWindow?
    /// Tells whether only a scan showed that the parcel had left.
    let isImplied: Bool
    /// Tells whether the expected time replaces any other, as in events of schema 1. Later ones are a source among
    /// others, of which the newest counts.
    var replacesEta = false

    static let upcasters = [
        Upcaster(type: .parcelDispatched, from: 1) { data, inside in
            (data, inside.setting("replacesEta", .bool(true)))
        }
    ]

    var type: EventType { .parcelDispatched }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        tracking.write(&writer)
        writer.field("eta", eta)
        if isImplied { writer.field("implied", true) }
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelDispatched? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let tracking = Tracking.read(stored: &stored.data)
        let eta = stored.data.optional("eta", .window)
        let implied = stored.data.optional("implied", .bool)
        let replacesEta = stored.isDescribing ? nil : stored.internal.optional("replacesEta", .bool)
        return parcelId.map {
            ParcelDispatched(
                parcelId: $0,
                tracking: tracking,
                eta: eta,
                isImplied: implied ?? false,
                replacesEta: replacesEta ?? false
            )
        }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        let version = order.version
        order.changeParcel(parcelId) { parcel in
            parcel.setTracking(parcel.tracking.replaced(by: tracking))
            parcel.dispatchState = isImplied ? .implied : .explicit
            if parcel.status == .packed { parcel.status = .inTransit }
            guard let eta else { return }
            parcel.etaSources.append(
                EtaSourceEntry(window: eta, source: .shop, occurredAt: occurredAt, recordedWith: version)
            )
            if replacesEta || !parcel.status.isTerminal { parcel.eta = replacesEta ? eta : parcel.newestEta }
        }
    }
}
