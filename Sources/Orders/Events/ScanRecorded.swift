import StrictJSON

/// A carrier's scan joined a parcel's timeline. The event's type follows the scan's code, even when the scan came too
/// late to change anything.
struct ScanRecorded: EventPayload {
    static let summaries: [EventType: String] = [
        .parcelScanned: "The carrier scanned a parcel.",
        .deliveryFailed: "The carrier tried to deliver and could not.",
        .parcelDelivered: "The carrier delivered a parcel.",
        .parcelReturnedToSender: "A parcel came back; its units are open again.",
        .parcelLost: "A parcel is lost; its units are open again.",
    ]
    static let meanings = [
        "code": "The event that the scan reports.",
        "reason": "The cause of a failed delivery or of an exception.",
    ]

    let parcelId: String
    let scan: Scan
    /// The time of arrival that the carrier expected with this scan.
    let eta: TimeWindow?
    /// The parcel's status after the scan.
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

    static func constant(of type: EventType) -> (member: String, value: JSONValue)? {
        switch type {
        case .deliveryFailed: ("code", .string(ScanCode.attemptFailed.rawValue))
        case .parcelDelivered: ("code", .string(ScanCode.delivered.rawValue))
        case .parcelReturnedToSender: ("code", .string(ScanCode.returnedToSender.rawValue))
        case .parcelLost: ("code", .string(ScanCode.lost.rawValue))
        default: nil
        }
    }
}
