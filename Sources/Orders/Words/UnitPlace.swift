/// The place of units that are not cancelled.
package enum UnitPlace: String, WireWord, PartValue {
    case open, packed, shipped, delivered

    package var meaning: String {
        switch self {
        case .open: "In no parcel yet, or in none any more."
        case .packed: "In a parcel that has not left."
        case .shipped: "In a parcel on its way."
        case .delivered: "With the customer, or on the way back in a return."
        }
    }
}
