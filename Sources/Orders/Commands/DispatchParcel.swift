import StrictJSON

/// Hands a packed parcel to a carrier, or says afterwards with which one a parcel left.
struct DispatchParcel: CommandPayload {
    static let name = CommandName.dispatchParcel
    static let path = "dispatch"
    static let summary =
        "Hands a packed parcel to a carrier. Where only a scan showed that it left, it adds carrier and number, once."
    static let meanings = [
        "carrier": "The carrier. Not needed for pickup and digital parcels, nor where the parcel was packed with one."
    ]

    let parcelId: String
    let tracking: Tracking
    let eta: TimeWindow?

    static func read(_ fields: inout FieldReader) -> DispatchParcel? {
        let parcelId = fields.required("parcelId", .identifier)
        let tracking = Tracking.read(&fields)
        let eta = fields.optional("eta", .window)
        return parcelId.map { DispatchParcel(parcelId: $0, tracking: tracking, eta: eta) }
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        tracking.write(&writer)
        writer.field("eta", eta)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let parcel = order.parcels[try order.requireParcel(parcelId)]
        guard Self.canBeDispatched(parcel) else {
            throw Rejection(.parcelNotPacked, "Parcel \(parcelId) is \(parcel.status.rawValue), not packed.")
        }
        if parcel.dispatchState == .none {
            try order.requireNoHold()
            guard order.isPaidEnough else {
                throw Rejection(
                    .paymentInsufficient,
                    "\(order.text(order.due)) is due; \(order.text(order.payment.secured)) is authorized or captured."
                )
            }
        }
        if parcel.kind == .shipped, parcel.tracking.carrier == nil, tracking.carrier == nil {
            throw Rejection(.carrierMissing, "Parcel \(parcelId) was packed without a carrier: name one.")
        }
        var next = parcel
        next.setTracking(parcel.tracking.replaced(by: tracking))
        try order.requireRoomForFormer(next.former.count)
        let dispatched = ParcelDispatched(parcelId: parcelId, tracking: tracking, eta: eta, isImplied: false)
        let event = OrderEvent(dispatched, at: occurredAt)
        guard parcel.kind == .digital, parcel.isPacked, parcel.scan(Self.digitalScanId) == nil else { return [event] }
        return [event, try Self.delivery(of: parcelId, in: order, after: event)]
    }

    /// The id of the delivery that a digital parcel's dispatch brings about.
    static let digitalScanId = "dispatch"

    private static func delivery(
        of parcelId: String,
        in order: Order,
        after dispatch: OrderEvent
    ) throws(Rejection) -> OrderEvent {
        try order.requireRoomForScan()
        let scan = Scan(scanId: digitalScanId, code: .delivered, occurredAt: dispatch.occurredAt)
        let delivered = ScanRecorded(parcelId: parcelId, scan: scan, parcelStatus: .delivered)
        return OrderEvent(delivered, at: dispatch.occurredAt)
    }

    /// Tells whether the parcel has not left, or left by a scan alone.
    private static func canBeDispatched(_ parcel: Parcel) -> Bool {
        !parcel.isVoid && (parcel.isPacked || parcel.dispatchState == .implied)
    }

    static func isPossible(in order: Order) -> Bool {
        order.parcels.contains { parcel in
            canBeDispatched(parcel)
                && (parcel.dispatchState == .implied || (!order.isOnHold && order.isPaidEnough))
        }
    }
}
