/// The end of a parcel, by the shop's word.
package enum ParcelOutcome: String, WireWord {
    case delivered, returned, lost

    package var meaning: String {
        switch self {
        case .delivered: "The customer has the parcel."
        case .returned: "The shop has the parcel again. Its units are open again."
        case .lost: "The parcel is lost. Its units are open again."
        }
    }

    /// The code of the entry in the parcel's timeline.
    var code: ScanCode {
        switch self {
        case .delivered: .delivered
        case .returned: .returnedToSender
        case .lost: .lost
        }
    }
}
