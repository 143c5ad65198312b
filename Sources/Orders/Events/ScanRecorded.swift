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
    static let hiding = Hiding.sometimes
    static let meanings = [
        "detail": "The carrier's finer word, an id. The customer reads it.",
        "code": "The event that the scan reports.",
        "reason": "The cause of a failed delivery or of an exception.",
    ]

    let parcelId: String
    let scan: Scan
    /// The parcel's status after the scan.
    let parcelStatus: ParcelStatus

    static let upcasters = [
        Upcaster(type: .parcelDelivered, from: 1) { data, inside in
            (data, inside.setting("overrulesWayBack", .bool(true)))
        }
    ]

    var type: EventType {
        switch scan.code {
        case .attemptFailed: .deliveryFailed
        case .delivered: .parcelDelivered
        case .returnedToSender: .parcelReturnedToSender
        case .lost: .parcelLost
        case .inTransit, .outForDelivery, .readyForPickup, .exception, .returning: .parcelScanned
        }
    }

    /// Customers do not see scans from before the order: the carrier uses the number again.
    var isHidden: Bool { scan.isBeforeOrder }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scan.scanId)
        writer.field("code", scan.code)
        writer.field("place", scan.place)
        if let reason = scan.reason { writer.field("reason", reason) }
        writer.field("eta", scan.eta)
        writer.field("proof", scan.proof)
        writer.field("detail", scan.detail)
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
        let detail = stored.data.optional("detail", .identifier)
        let status: ParcelStatus? = stored.data.required("parcelStatus", .word)
        guard let parcelId, let scanId, let code, let status else { return nil }
        var scan = Scan(
            scanId: scanId,
            code: code,
            occurredAt: stored.columns.occurredAt,
            place: place,
            reason: reason,
            eta: eta,
            proof: proof,
            detail: detail
        )
        scan.isBeforeOrder = stored.isHidden
        if !stored.isDescribing { scan.overrulesWayBack = stored.internal.optional("overrulesWayBack", .bool) ?? false }
        return ScanRecorded(parcelId: parcelId, scan: scan, parcelStatus: status)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        let scan = scan.recorded(with: order.version)
        order.changeParcel(parcelId) { parcel in
            parcel.add(scan)
            parcel.status = parcelStatus
        }
    }

    static func constant(of type: EventType) -> ConstantMember? {
        switch type {
        case .deliveryFailed: ConstantMember("code", ScanCode.attemptFailed.rawValue)
        case .parcelDelivered: ConstantMember("code", ScanCode.delivered.rawValue)
        case .parcelReturnedToSender: ConstantMember("code", ScanCode.returnedToSender.rawValue)
        case .parcelLost: ConstantMember("code", ScanCode.lost.rawValue)
        default: nil
        }
    }
}
