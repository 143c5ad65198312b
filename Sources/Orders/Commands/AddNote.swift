import StrictJSON

/// Adds a note to the order.
struct AddNote: CommandPayload {
    static let name = CommandName.addNote
    static let path = "note"
    static let summary = "Adds a note, for staff only or for the customer too."
    static let meanings = [
        "text": "The note. The customer reads it where `visibility` says so.", "visibility": "The readers of the note.",
    ]

    let text: String
    let visibility: NoteVisibility

    static func read(_ fields: inout FieldReader) -> AddNote? {
        let text = fields.required("text", .text)
        guard let visibility: NoteVisibility = fields.required("visibility", .word), let text else { return nil }
        return AddNote(text: text, visibility: visibility)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("text", text)
        writer.field("visibility", visibility)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireRoom(order.notes.count, within: OrderBound.notes, for: "notes")
        return [OrderEvent(NoteAdded(text: text, visibility: visibility), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        order.notes.count < OrderBound.notes
    }
}
