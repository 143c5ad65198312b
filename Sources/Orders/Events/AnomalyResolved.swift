import StrictJSON

/// Staff resolved an anomaly. Customers never see the event.
struct AnomalyResolved: EventPayload {
    static let summaries: [EventType: String] = [.anomalyResolved: "Staff resolved an anomaly."]
    static let meanings = [
        "version": "The version of the event that raised the anomaly.",
        "note": "The staff's conclusion.",
    ]
    static let hiding = Hiding.always

    let version: Int
    let note: String

    var type: EventType { .anomalyResolved }

    var isHidden: Bool { true }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("version", version)
        writer.field("note", note)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> AnomalyResolved? {
        let version = stored.data.required("version", .integer(1...Money.maximumAmount))
        guard let note = stored.data.required("note", .text), let version else { return nil }
        return AnomalyResolved(version: Int(version), note: note)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.anomalies.removeAll { $0.version == version }
    }
}
