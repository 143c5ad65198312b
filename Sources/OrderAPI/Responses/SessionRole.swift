import Orders

/// The role of a person who has a session.
package enum SessionRole: String, WireWord {
    case staff, `operator`

    package var meaning: String {
        switch self {
        case .staff: "A person who works for one or more shops."
        case .operator: "A person who runs the service."
        }
    }
}
