import StrictJSON

/// Reports that units of a delivered parcel were missing, damaged or wrong: a fact. The shop owes them again.
struct ReportShortage: CommandPayload {
    static let name = CommandName.reportShortage
    static let path = "report-shortage"
    static let summary =
        "Reports units of a delivered parcel as missing, damaged or wrong: a fact. They are open again; pack or cancel them."
    static let meanings = [
        "claimId": "The id of the report. A report counts once.",
        "lines": "The units.",
        "kind": "The kind of shortage.",
        "note": "A note. The customer reads it.",
    ]
    static let isFact = true

    let claim: Claim

    static func read(_ fields: inout FieldReader) -> ReportShortage? {
        Claim.read(&fields).map(ReportShortage.init)
    }

    func write(_ writer: inout JSONWriter) { claim.write(&writer) }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let known = order.claims.first { $0.claimId == claim.claimId }
        if try order.isKnown(known, differences: claim.differences, id: claim.claimId, isRetractable: false) {
            return []
        }
        let index = try order.requireParcel(claim.parcelId)
        try order.requireRoom(order.claims.count, within: OrderBound.claims, for: "shortage reports")
        try order.requireRoom(
            order.claims.reduce(0) { $0 + $1.lines.count },
            adding: claim.lines.count,
            within: OrderBound.claimLines,
            for: "lines of shortage reports"
        )
        let moves = order.linesAfterShortage(claim.lines, ofParcelAt: index) != nil
        let anomaly =
            moves
            ? nil
            : Anomaly(
                .shortageBeyondDelivered,
                "Parcel \(claim.parcelId) has not so many delivered units that are not back; no units moved."
            )
        return [OrderEvent(ShortageReported(claim: claim), at: occurredAt, anomaly: anomaly)]
    }

    static func isPossible(in order: Order) -> Bool {
        !order.parcels.isEmpty && order.claims.count < OrderBound.claims
    }
}
