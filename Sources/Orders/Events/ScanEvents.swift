import StrictJSON

/// A scan joined a parcel's timeline. The type follows its code, even when it came too late to change anything.
struct ScanRecorded: EventPayload {
    let parcelId: String
    let scan: Scan
    /// What the carrier expected with this scan.
    let eta: TimeWindow?
    /// The parcel's status afterwards.
    let parcelStatus: ParcelStatus

    var type: EventType {
        switch scan.code {
        case .attemptFailed: .deliveryFailed
        case .delivered: .parcelDelivered
        case .returnedToSender: .parcelReturnedToSender
        case .lost: .parcelLost
        case .inTransit, .outForDelivery, .readyForPickup, .exception, .returning: .parcelScanned
        }
    }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scan.scanId)
        writer.field("code", scan.code)
        writer.field("place", scan.place)
        if let reason = scan.reason { writer.field("reason", reason) }
        writer.field("eta", eta)
        writer.field("proof", scan.proof)
        writer.field("parcelStatus", parcelStatus)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ScanRecorded? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let scanId = stored.data.required("scanId", .identifier)
        let code: ScanCode? = stored.data.required("code", .word)
        let place = stored.data.optional("place", .place)
        let reason: FailureReason? = stored.data.optional("reason", .word)
        let eta = stored.data.optional("eta", .window)
        let proof = stored.data.optional("proof", .proof)
        let status: ParcelStatus? = stored.data.required("parcelStatus", .word)
        guard let parcelId, let scanId, let code, let status else { return nil }
        let scan = Scan(
            scanId: scanId,
            code: code,
            occurredAt: stored.columns.occurredAt,
            place: place,
            reason: reason,
            proof: proof
        )
        return ScanRecorded(parcelId: parcelId, scan: scan, eta: eta, parcelStatus: status)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { $0.add(scan) }
    }
}

struct ScanRetracted: EventPayload {
    let parcelId: String
    let scanId: String
    let reason: String
    /// The parcel's status afterwards.
    let parcelStatus: ParcelStatus

    var type: EventType { .scanRetracted }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scanId)
        writer.field("reason", reason)
        writer.field("parcelStatus", parcelStatus)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ScanRetracted? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let scanId = stored.data.required("scanId", .identifier)
        let reason = stored.data.required("reason", .text)
        let status: ParcelStatus? = stored.data.required("parcelStatus", .word)
        guard let parcelId, let scanId, let reason, let status else { return nil }
        return ScanRetracted(parcelId: parcelId, scanId: scanId, reason: reason, parcelStatus: status)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { $0.retract(scanId) }
    }
}
