/// The source of an expected time of arrival.
package enum EtaSource: String, WireWord, PartValue {
    case carrier, shop

    package var meaning: String {
        switch self {
        case .carrier: "The carrier expects the parcel at this time."
        case .shop: "The shop expects the parcel, or the order, at this time."
        }
    }
}
