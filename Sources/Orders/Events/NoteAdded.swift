import StrictJSON

/// A note was added.
struct NoteAdded: EventPayload {
    static let summaries: [EventType: String] = [.noteAdded: "A note was added."]
    static let meanings = ["text": "The note.", "visibility": "The readers of the note."]
    static let hiding = Hiding.sometimes

    let text: String
    let visibility: NoteVisibility

    var type: EventType { .noteAdded }

    var isHidden: Bool { visibility == .staff }

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
