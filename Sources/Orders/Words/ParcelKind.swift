/// The way in which a parcel's units reach the customer.
package enum ParcelKind: String, WireWord, PartValue {
    case shipped, pickup, digital

    package var meaning: String {
        switch self {
        case .shipped: "A carrier or the shop's own van brings the parcel."
        case .pickup: "The customer collects the parcel. Its units stay packed while it is ready for pickup."
        case .digital: "Nothing physical moves: the dispatch delivers at once."
        }
    }
}
