import Orders

/// The outcome of a bulk line.
package enum BulkOutcome: String, WireWord {
    case accepted, duplicate, rejected

    package var meaning: String {
        switch self {
        case .accepted: "The command was appended to the log."
        case .duplicate: "The command was accepted before under the same id, or the order knew the fact."
        case .rejected: "The command was refused; `problem` says why."
        }
    }
}
