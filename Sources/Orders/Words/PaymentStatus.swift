/// The state of an order's payment: what is paid against what is due.
package enum PaymentStatus: String, WireWord, PartValue {
    case full, over, none, partial

    package var meaning: String {
        switch self {
        case .full: "Exactly what is due is paid."
        case .over: "More is paid than is due."
        case .none: "Nothing is paid."
        case .partial: "Less is paid than is due."
        }
    }
}
