import StrictJSON

/// Reports a carrier's scan, a fact. Refused only for an unknown parcel.
struct RecordScan: CommandPayload {
    static let name = CommandName.recordScan
    static let path = "scan"
    static let summary = "Reports a carrier's scan: a fact, never refused for being late or surprising."
    static let meanings = [
        "code": "The event that the scan reports.",
        "reason": "The cause of a failed delivery or of an exception.",
        "occurredAt": "The time of the scan; at most 5 minutes ahead.",
    ]
    static let isFact = true
    static let needsOccurredAt = true

    let parcelId: String
    let scanId: String
    let code: ScanCode
    let place: Place?
    let reason: FailureReason?
    let eta: TimeWindow?
    let proof: Proof?

    static func read(_ fields: inout FieldReader) -> RecordScan? {
        let parcelId = fields.required("parcelId", .identifier)
        let scanId = fields.required("scanId", .identifier)
        let code: ScanCode? = fields.required("code", .word)
        let place = fields.optional("place", .place)
        let reason: FailureReason? = fields.optional("reason", .word)
        let eta = fields.optional("eta", .window)
        let proof = fields.optional("proof", .proof)
        guard let parcelId, let scanId, let code else { return nil }
        return RecordScan(
            parcelId: parcelId,
            scanId: scanId,
            code: code,
            place: place,
            reason: reason,
            eta: eta,
            proof: proof
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scanId)
        writer.field("code", code)
        writer.field("place", place)
        if let reason { writer.field("reason", reason) }
        writer.field("eta", eta)
        writer.field("proof", proof)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let index = try order.requireParcel(parcelId)
        if order.parcels[index].scans.contains(where: { $0.scanId == scanId }) { return [] }
        var events: [OrderEvent] = []
        var next = order
        if order.parcels[index].status == .packed {
            let dispatched = ParcelDispatched(parcelId: parcelId, isImplied: true)
            events.append(OrderEvent(dispatched, at: occurredAt, anomaly: Self.brokenDispatchRule(in: order)))
            next.evolve(events[0])
        }
        let scan = Scan(
            scanId: scanId,
            code: code,
            occurredAt: occurredAt,
            place: place,
            reason: reason,
            proof: proof
        )
        let before = next.parcels[index]
        var after = before
        after.add(scan)
        let scanned = ScanRecorded(parcelId: parcelId, scan: scan, eta: eta, parcelStatus: after.status)
        events.append(
            OrderEvent(scanned, at: occurredAt, anomaly: next.contradiction(of: scan, before: before, after: after))
        )
        if let eta, eta != before.eta {
            let revised = EtaRevised(parcelId: parcelId, old: before.eta, new: eta, source: .carrier)
            events.append(OrderEvent(revised, at: occurredAt))
        }
        return events
    }

    /// The anomaly of a parcel that left against a rule of `dispatchParcel`; nil where it left by the rules.
    private static func brokenDispatchRule(in order: Order) -> Anomaly? {
        let unpaid = order.isPaidEnough ? "" : " \(order.due) was due; authorized or captured was less."
        if order.isOnHold {
            return Anomaly(.dispatchOnHold, "The parcel left while the order was on hold.\(unpaid)")
        }
        return order.isPaidEnough ? nil : Anomaly(.dispatchBeforePayment, "The parcel left unpaid.\(unpaid)")
    }

    static func isPossible(in order: Order) -> Bool { !order.parcels.isEmpty }
}
