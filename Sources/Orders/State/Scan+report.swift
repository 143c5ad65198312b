import StrictJSON

/// The fields of a carrier's report, which the command `recordScan` and its event have in common.
extension Scan {
    /// Reads the fields of a report; the time stands beside them.
    ///
    /// - Returns: nil with an error in `fields`.
    static func readReport(_ fields: inout FieldReader, at occurredAt: Timestamp) -> Scan? {
        let scanId = fields.required("scanId", .identifier)
        let code: ScanCode? = fields.required("code", .word)
        let place = fields.optional("place", .place)
        let reason: FailureReason? = fields.optional("reason", .word)
        let eta = fields.optional("eta", .window)
        let proof = fields.optional("proof", .proof)
        let detail = fields.optional("detail", .identifier)
        guard let scanId, let code else { return nil }
        return Scan(
            scanId: scanId,
            code: code,
            occurredAt: occurredAt,
            place: place,
            reason: reason,
            eta: eta,
            proof: proof,
            detail: detail
        )
    }

    func writeReport(_ writer: inout JSONWriter) {
        writer.field("scanId", scanId)
        writer.field("code", code)
        writer.field("place", place)
        if let reason { writer.field("reason", reason) }
        writer.field("eta", eta)
        writer.field("proof", proof)
        writer.field("detail", detail)
    }
}
