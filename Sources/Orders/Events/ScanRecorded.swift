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
        scan.writeReport(&writer)
        writer.field("parcelStatus", parcelStatus)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ScanRecorded? {
        let parcelId = stored.data.required("parcelId", .identifier)
        var scan = Scan.readReport(&stored.data, at: stored.columns.occurredAt)
        let status: ParcelStatus? = stored.data.required("parcelStatus", .word)
        let overrules = stored.isDescribing ? nil : stored.internal.optional("overrulesWayBack", .bool)
        scan?.isBeforeOrder = stored.isHidden
        scan?.overrulesWayBack = overrules ?? false
        guard let parcelId, let scan, let status else { return nil }
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
