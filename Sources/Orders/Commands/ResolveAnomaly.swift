import StrictJSON

/// Takes an anomaly out of the attention queue, after staff have looked at it.
struct ResolveAnomaly: CommandPayload {
    static let name = CommandName.resolveAnomaly
    static let path = "resolve-anomaly"
    static let summary = "Takes an anomaly out of the attention queue, after staff have looked at it."
    static let meanings = [
        "version": "The version of the event that raised the anomaly.",
        "note": "The staff's conclusion.",
    ]

    /// The version of the event that raised the anomaly.
    let version: Int
    let note: String

    static func read(_ fields: inout FieldReader) -> ResolveAnomaly? {
        let version = fields.required("version", .integer(1...Money.maximumAmount))
        guard let note = fields.required("note", .text), let version else { return nil }
        return ResolveAnomaly(version: Int(version), note: note)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("version", version)
        writer.field("note", note)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard order.anomalies.contains(where: { $0.version == version }) else {
            throw Rejection(.anomalyNotOpen, "No anomaly of version \(version) is open.")
        }
        return [OrderEvent(AnomalyResolved(version: version, note: note), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { !order.anomalies.isEmpty }
}
