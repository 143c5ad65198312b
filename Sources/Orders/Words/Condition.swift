/// The state in which returned goods arrived.
package enum Condition: String, WireWord {
    case sellable, damaged

    package var meaning: String {
        switch self {
        case .sellable: "The goods can be sold again."
        case .damaged: "The goods cannot be sold again."
        }
    }
}
