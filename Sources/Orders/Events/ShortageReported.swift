import StrictJSON

/// The customer reported that units were missing, damaged or wrong.
struct ShortageReported: EventPayload {
    static let summaries: [EventType: String] = [
        .shortageReported: "The customer reported units as missing, damaged or wrong; the shop owes them again."
    ]
    static let meanings = ReportShortage.meanings

    let claim: Claim

    var type: EventType { .shortageReported }

    func writeData(_ writer: inout JSONWriter) { claim.write(&writer) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ShortageReported? {
        Claim.read(&stored.data).map(ShortageReported.init)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        var claim = claim
        if let index = order.parcelIndex(claim.parcelId) {
            claim.isUnresolved = order.moveShort(claim.lines, ofParcelAt: index)
        }
        order.claims.append(claim)
    }
}

extension Claim {
    /// Reads the fields that the command and the event have in common.
    static func read(_ fields: inout FieldReader) -> Claim? {
        let claimId = fields.required("claimId", .identifier)
        let parcelId = fields.required("parcelId", .identifier)
        let lines = fields.required("lines", .lines)
        let kind: ShortageKind? = fields.required("kind", .word)
        let note = fields.optional("note", .text(atLeast: 0))
        guard let claimId, let parcelId, let lines, let kind else { return nil }
        return Claim(claimId: claimId, parcelId: parcelId, lines: lines, kind: kind, note: note)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("claimId", claimId)
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
        writer.field("kind", kind)
        writer.field("note", note)
    }
}
