/// The way in which a parcel left.
enum ParcelDispatchState: String, WireWord, PartValue {
    case none, implied, explicit

    var meaning: String {
        switch self {
        case .none: "The parcel has not left."
        case .implied: "Only a scan shows that the parcel left."
        case .explicit: "The shop dispatched the parcel."
        }
    }
}
