import StrictJSON

/// The shop said how a parcel ended, where no carrier speaks.
struct ParcelEnded: EventPayload {
    static let summaries: [EventType: String] = [
        .parcelEnded: "The shop said how a parcel ended; a later scan overrules it."
    ]
    static let meanings = EndParcel.meanings

    let parcelId: String
    let scanId: String
    let outcome: ParcelOutcome
    let reason: String
    /// The parcel's status with the shop's word.
    let parcelStatus: ParcelStatus

    var type: EventType { .parcelEnded }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scanId)
        writer.field("outcome", outcome)
        writer.field("reason", reason)
        writer.field("parcelStatus", parcelStatus)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelEnded? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let scanId = stored.data.required("scanId", .identifier)
        let outcome: ParcelOutcome? = stored.data.required("outcome", .word)
        let reason = stored.data.required("reason", .text)
        let status: ParcelStatus? = stored.data.required("parcelStatus", .word)
        guard let parcelId, let scanId, let outcome, let reason, let status else { return nil }
        return ParcelEnded(
            parcelId: parcelId,
            scanId: scanId,
            outcome: outcome,
            reason: reason,
            parcelStatus: status
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        let scan = Scan(scanId: scanId, code: outcome.code, occurredAt: occurredAt, isShopsWord: true)
            .recorded(with: order.version)
        order.changeParcel(parcelId) { parcel in
            parcel.add(scan)
            parcel.status = parcelStatus
        }
    }
}
