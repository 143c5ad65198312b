/// The readers of a note.
package enum NoteVisibility: String, WireWord, PartValue {
    case staff, customer

    package var meaning: String {
        switch self {
        case .staff: "Backends, staff and operators read the note; customers do not."
        case .customer: "The customer reads the note too."
        }
    }
}
