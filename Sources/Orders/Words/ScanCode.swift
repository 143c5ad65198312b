/// The event that a carrier's scan reports.
package enum ScanCode: String, WireWord, PartValue {
    case inTransit, outForDelivery, readyForPickup, attemptFailed, exception, delivered, returning, returnedToSender
    case lost

    package var meaning: String {
        switch self {
        case .inTransit: "The parcel is on its way."
        case .outForDelivery: "The parcel is in the vehicle that delivers it."
        case .readyForPickup: "The parcel waits at a pickup point."
        case .attemptFailed: "The carrier tried to deliver and could not."
        case .exception: "Something delays or endangers the delivery."
        case .delivered: "The recipient has the parcel."
        case .returning: "The carrier takes the parcel back to the sender."
        case .returnedToSender: "The sender has the parcel again. Its units are open again."
        case .lost: "The carrier lost the parcel. Its units are open again."
        }
    }
}
