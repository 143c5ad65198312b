import StrictJSON

/// Staff only: customers never learn that there was an anomaly.
struct AnomalyResolved: EventPayload {
    let version: Int
    let note: String

    var type: EventType { .anomalyResolved }

    var isHidden: Bool { true }

    static let hiding = Hiding.always

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

struct NoteAdded: EventPayload {
    let text: String
    let visibility: NoteVisibility

    var type: EventType { .noteAdded }

    var isHidden: Bool { visibility == .staff }

    static let hiding = Hiding.sometimes

    func writeData(_ writer: inout JSONWriter) {
        writer.field("text", text)
        writer.field("visibility", visibility)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> NoteAdded? {
        let text = stored.data.required("text", .text)
        guard let visibility: NoteVisibility = stored.data.required("visibility", .word), let text else { return nil }
        return NoteAdded(text: text, visibility: visibility)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.notes.append(Note(text: text, at: occurredAt, visibility: visibility))
    }
}
