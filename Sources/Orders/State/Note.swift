/// A note on an order.
package struct Note: Sendable, Equatable {
    package private(set) var text: String
    /// The time at which the note was added.
    package private(set) var at: Timestamp
    package private(set) var visibility: NoteVisibility

    init(text: String, at: Timestamp, visibility: NoteVisibility) {
        self.text = text
        self.at = at
        self.visibility = visibility
    }
}

extension Note: OrderPart {
    static var blank: Note { Note(text: "", at: .earliest, visibility: .staff) }

    static let meanings = ["text": "The note.", "at": "The time at which the note was added."]

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("text", &text)
        visitor.field("at", &at)
        visitor.field("visibility", &visibility, for: .storage)
    }
}
