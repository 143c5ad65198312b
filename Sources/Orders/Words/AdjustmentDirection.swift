/// The direction in which an adjustment moves the amount that is due.
package enum AdjustmentDirection: String, WireWord {
    case lower, raise

    package var meaning: String {
        switch self {
        case .lower: "The customer owes less."
        case .raise: "The customer owes more."
        }
    }
}
