import StrictJSON

/// Says how a parcel ended, where no carrier speaks: a letter without tracking, the shop's own van, a silent carrier.
struct EndParcel: CommandPayload {
    static let name = CommandName.endParcel
    static let path = "end-parcel"
    static let summary =
        "Says how a parcel ended, where no carrier speaks. It can be retracted like a scan; a later scan overrules it."
    static let meanings = [
        "scanId": "The caller's id of the entry in the parcel's timeline, unique within the parcel.",
        "outcome": "The end of the parcel.",
        "reason": "The reason for saying so. The customer reads it.",
    ]
    static let passesBounds = true

    let parcelId: String
    let scanId: String
    let outcome: ParcelOutcome
    let reason: String

    static func read(_ fields: inout FieldReader) -> EndParcel? {
        let parcelId = fields.required("parcelId", .identifier)
        let scanId = fields.required("scanId", .identifier)
        let outcome: ParcelOutcome? = fields.required("outcome", .word)
        let reason = fields.required("reason", .text)
        guard let parcelId, let scanId, let outcome, let reason else { return nil }
        return EndParcel(parcelId: parcelId, scanId: scanId, outcome: outcome, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scanId)
        writer.field("outcome", outcome)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let parcel = order.parcels[try order.requireParcel(parcelId)]
        guard !parcel.status.isTerminal else {
            throw Rejection(.parcelTerminal, "Parcel \(parcelId) is \(parcel.status.rawValue).")
        }
        guard Self.isUnderWay(parcel) else {
            throw Rejection(.parcelNotDispatched, "Parcel \(parcelId) has not left. Dispatch it first.")
        }
        guard parcel.scan(scanId) == nil else {
            throw Rejection(.scanExists, "Parcel \(parcelId) has an entry \(scanId).")
        }
        var after = parcel
        let scan = Scan(scanId: scanId, code: outcome.code, occurredAt: occurredAt, isShopsWord: true)
            .recorded(with: order.version + 1)
        after.add(scan)
        let folded = after.folded()
        after.status = folded.status
        let ended = ParcelEnded(
            parcelId: parcelId,
            scanId: scanId,
            outcome: outcome,
            reason: reason,
            parcelStatus: after.status
        )
        let anomaly = order.contradiction(of: scan, before: parcel, after: after, folded: folded)
        return [OrderEvent(ended, at: occurredAt, anomaly: anomaly)]
    }

    private static func isUnderWay(_ parcel: Parcel) -> Bool {
        !parcel.status.isTerminal && (parcel.dispatchState != .none || parcel.status != .packed)
    }

    static func isPossible(in order: Order) -> Bool { order.parcels.contains(where: isUnderWay) }
}
