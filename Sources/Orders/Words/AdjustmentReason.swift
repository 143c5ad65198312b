/// The reason for which the amount that is due is adjusted.
package enum AdjustmentReason: String, WireWord {
    case goodwill, correction, shipping, fee, other

    package var meaning: String {
        switch self {
        case .goodwill: "The shop makes a gift, for example after a late delivery."
        case .correction: "A price was wrong."
        case .shipping: "The price of shipping changed."
        case .fee: "A fee came or went."
        case .other: "Any other reason."
        }
    }
}
