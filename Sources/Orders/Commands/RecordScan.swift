package import StrictJSON

/// Reports a carrier's scan, a fact. Refused for an unknown parcel, for other content under a known id, and at a bound.
struct RecordScan: CommandPayload {
    static let name = CommandName.recordScan
    static let path = "scan"
    static let summary = "Reports a carrier's scan: a fact, never refused for being late or surprising."
    static let meanings = [
        "code": "The event that the scan reports.",
        "reason": "The cause of a failed delivery or of an exception.",
        "detail": "The carrier's finer word, an id. The customer reads it.",
        "occurredAt": "The time of the scan; at most 5 minutes ahead.",
        "shop": "The shop whose parcel it is; needed where the token spans several.",
        "carrier": "The carrier. Compared, without case, where the parcel's is known.",
        "trackingNumber": "The parcel's tracking number, current or former; letters and digits alone count.",
    ]
    static let isFact = true
    static let isForBackendsOnly = true
    static let needsOccurredAt = true

    /// The parcel; nil while a scan by tracking number has none yet.
    var parcelId: String?
    /// The tracking by which the scan names its parcel; nil for a scan that names it by id.
    var tracked: Tracked?
    /// The report. Its time is the command's, and joins when the scan is decided.
    let scan: Scan

    /// A parcel by its tracking number.
    struct Tracked: Sendable {
        let carrier: String?
        let trackingNumber: String
        let shop: String?
    }

    static func read(_ fields: inout FieldReader) -> RecordScan? {
        let parcelId = fields.required("parcelId", .identifier)
        let scan = Scan.readReport(&fields, at: .earliest)
        guard let parcelId, let scan else { return nil }
        return RecordScan(parcelId: parcelId, scan: scan)
    }

    /// Reads a scan by tracking number.
    static func readTracked(_ fields: inout FieldReader) -> RecordScan? {
        let shop = fields.optional("shop", .shop)
        let carrier = fields.optional("carrier", .text)
        let trackingNumber = fields.required("trackingNumber", .trackingNumber)
        let scan = Scan.readReport(&fields, at: .earliest)
        guard let trackingNumber, let scan else { return nil }
        let tracked = Tracked(carrier: carrier, trackingNumber: trackingNumber, shop: shop)
        return RecordScan(tracked: tracked, scan: scan)
    }

    func write(_ writer: inout JSONWriter) {
        if let tracked {
            // The canonical form of a scan by number stays that of the body, whatever parcel it is for.
            writer.field("shop", tracked.shop)
            writer.field("carrier", tracked.carrier)
            writer.field("trackingNumber", tracked.trackingNumber)
        } else {
            writer.field("parcelId", parcelId)
        }
        scan.writeReport(&writer)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let index = try order.requireParcel(parcelId ?? "")
        let parcelId = order.parcels[index].parcelId
        var scan = scan.at(occurredAt)
        scan.isBeforeOrder = occurredAt < order.placedAt.adding(seconds: -86_400)
        let known = order.parcels[index].scan(scan.scanId)
        if try order.isKnown(known, differences: scan.differences, id: scan.scanId) { return [] }
        try order.requireRoomForScan()
        var events: [OrderEvent] = []
        var next = order
        if order.parcels[index].isPacked, order.parcels[index].impliesDispatch(scan) {
            let dispatched = ParcelDispatched(parcelId: parcelId, isImplied: true)
            events.append(OrderEvent(dispatched, at: occurredAt, anomaly: Self.brokenDispatchRule(in: order)))
            next.evolve(events[0])
        }
        let before = next.parcels[index]
        var after = before
        after.add(scan.recorded(with: next.version + 1))
        // A scan that does not count leaves the status that was announced.
        let folded = after.folded()
        if !scan.isBeforeOrder { after.status = folded.status }
        let scanned = ScanRecorded(parcelId: parcelId, scan: scan, parcelStatus: after.status)
        events.append(
            OrderEvent(
                scanned,
                at: occurredAt,
                anomaly: next.contradiction(of: scan, before: before, after: after, folded: folded)
            )
        )
        if !scan.isBeforeOrder, let revised = EtaRevised(of: after, after: before, scanId: scan.scanId) {
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

    static func isPossible(in order: Order) -> Bool {
        !order.parcels.isEmpty && order.scanCount < OrderBound.scans
    }
}

extension EtaRevised {
    /// The change of a parcel's expected time that a scan or its retraction brings; nil where it brings none. The time
    /// of a parcel at its end stays.
    init?(of parcel: Parcel, after before: Parcel, scanId: String) {
        let newest = parcel.newestEtaSource
        guard !parcel.status.isTerminal, newest?.window != before.eta else { return nil }
        self.init(
            parcelId: parcel.parcelId,
            old: before.eta,
            new: newest?.window,
            source: newest?.source ?? .carrier,
            scanId: scanId
        )
    }
}

extension OrderCommand {
    /// The parcel of a scan by tracking number; nil for every other command.
    package var scanTarget: ScanTarget? {
        guard let scan = payload as? RecordScan, let tracked = scan.tracked, let occurredAt else { return nil }
        return ScanTarget(
            carrier: tracked.carrier,
            numberKey: TrackingNumber.key(tracked.trackingNumber) ?? "",
            shop: tracked.shop,
            scanId: scan.scan.scanId,
            occurredAt: occurredAt
        )
    }

    /// The same scan with its parcel found. Its canonical form stays that of the body.
    package func addressed(toParcel parcelId: String) -> OrderCommand {
        guard var scan = payload as? RecordScan else { return self }
        scan.parcelId = parcelId
        return OrderCommand(name: name, occurredAt: occurredAt, payload: scan)
    }

    /// Reads a scan by tracking number.
    ///
    /// - Parameter ignoring: members that the command does not read, such as a bulk line's `command`.
    /// - Throws: `InvalidCommand` with every error of the body, unknown fields included.
    package static func decodeTrackedScan(
        _ body: JSONNode,
        ignoring: [StaticString] = []
    ) throws(InvalidCommand) -> OrderCommand {
        var fields = FieldReader(body)
        let occurredAt = fields.required("occurredAt", .time)
        let scan = RecordScan.readTracked(&fields)
        fields.rejectUnknownMembers(ignoring: ignoring)
        guard let scan, fields.errors.isEmpty else { throw InvalidCommand(errors: fields.errors) }
        return OrderCommand(name: .recordScan, occurredAt: occurredAt, payload: scan)
    }
}
