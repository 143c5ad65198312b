/// The stage of an order as a whole. Holds stand beside it.
package enum Lifecycle: String, WireWord, PartValue {
    case placed, confirmed, cancelled, closed

    package var meaning: String {
        switch self {
        case .placed: "The order is open; the shop has not confirmed it."
        case .confirmed: "The shop accepted the order; parcels can be packed."
        case .cancelled: "The last live unit was cancelled. The order stays cancelled."
        case .closed: "The order was ended after everything was done."
        }
    }
}
