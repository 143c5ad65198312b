/// The kind of shortage that a customer reports on arrival.
package enum ShortageKind: String, WireWord, PartValue {
    case missing, damaged, wrongItem

    package var meaning: String {
        switch self {
        case .missing: "The units were not in the parcel."
        case .damaged: "The units arrived damaged."
        case .wrongItem: "Other goods arrived in their place."
        }
    }
}
