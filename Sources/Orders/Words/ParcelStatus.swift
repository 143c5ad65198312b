/// The status of a parcel: that of its scans, or before any scan, whether the parcel left.
package enum ParcelStatus: String, WireWord, PartValue {
    case packed, inTransit, outForDelivery, readyForPickup, attemptFailed, exception, delivered
    case returning, returnedToSender, lost, void

    init(_ code: ScanCode) {
        self =
            switch code {
            case .inTransit: .inTransit
            case .outForDelivery: .outForDelivery
            case .readyForPickup: .readyForPickup
            case .attemptFailed: .attemptFailed
            case .exception: .exception
            case .delivered: .delivered
            case .returning: .returning
            case .returnedToSender: .returnedToSender
            case .lost: .lost
            }
    }

    package var meaning: String {
        switch self {
        case .packed: "The parcel has not left."
        case .inTransit: "The parcel is on its way."
        case .outForDelivery: "The parcel is in the vehicle that delivers it."
        case .readyForPickup: "The parcel waits at a pickup point."
        case .attemptFailed: "The last delivery attempt failed. The order needs attention until the next scan."
        case .exception: "Something delays or endangers the delivery. The order needs attention until the next scan."
        case .delivered:
            "The recipient has the parcel. A later `returning`, or a retraction, ends this status; any later scan overrules"
                + " the shop's word."
        case .returning: "The carrier takes the parcel back to the sender."
        case .returnedToSender:
            "The sender has the parcel again. Its units are open again; the order needs attention until units are"
                + " packed or cancelled."
        case .lost:
            "The parcel is lost. Its units are open again; the order needs attention until units are"
                + " packed or cancelled."
        case .void: "The parcel was unpacked, and no carrier had it. Its units are open again."
        }
    }

    /// The place to which the units of a parcel with this status belong.
    package var unitPlace: UnitPlace {
        switch self {
        case .packed: .packed
        case .inTransit, .outForDelivery, .readyForPickup, .attemptFailed, .exception, .returning: .shipped
        case .delivered: .delivered
        case .returnedToSender, .lost, .void: .open
        }
    }

    /// Tells whether the parcel's journey is over.
    package var isTerminal: Bool {
        switch self {
        case .delivered, .returnedToSender, .lost, .void: true
        default: false
        }
    }
}
