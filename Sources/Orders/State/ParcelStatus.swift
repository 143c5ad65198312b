/// Where a parcel stands: what its scans say, or before any whether it left.
package enum ParcelStatus: String, Sendable, CaseIterable {
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

    /// Where the units of such a parcel belong.
    package var unitPlace: UnitPlace {
        switch self {
        case .packed: .packed
        case .inTransit, .outForDelivery, .readyForPickup, .attemptFailed, .exception, .returning: .shipped
        case .delivered: .delivered
        case .returnedToSender, .lost, .void: .open
        }
    }

    /// Whether nobody waits for the parcel any more.
    package var isTerminal: Bool {
        switch self {
        case .delivered, .returnedToSender, .lost, .void: true
        default: false
        }
    }
}
