/// The cause of a failed delivery or of an exception.
package enum FailureReason: String, WireWord, PartValue {
    case carrier, retailer, recipient, customs, weather, address, other

    package var meaning: String {
        switch self {
        case .carrier: "The carrier is the cause."
        case .retailer: "The shop is the cause, for example by a missing document."
        case .recipient: "The recipient is the cause, for example by being absent."
        case .customs: "Customs hold the parcel."
        case .weather: "The weather delays the parcel."
        case .address: "The address is wrong or incomplete."
        case .other: "Any other cause."
        }
    }
}
