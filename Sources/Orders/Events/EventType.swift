/// The type of an event, as the log and the frames name it.
package enum EventType: String, WireWord {
    case orderPlaced = "OrderPlaced"
    case orderConfirmed = "OrderConfirmed"
    case orderEdited = "OrderEdited"
    case totalAdjusted = "TotalAdjusted"
    case metadataChanged = "MetadataChanged"
    case shipToChanged = "ShipToChanged"
    case itemsCancelled = "ItemsCancelled"
    case orderCancelled = "OrderCancelled"
    case orderHeld = "OrderHeld"
    case holdReleased = "HoldReleased"
    case parcelPacked = "ParcelPacked"
    case parcelVoided = "ParcelVoided"
    case parcelDispatched = "ParcelDispatched"
    case trackingChanged = "TrackingChanged"
    case etaRevised = "EtaRevised"
    case parcelScanned = "ParcelScanned"
    case deliveryFailed = "DeliveryFailed"
    case parcelDelivered = "ParcelDelivered"
    case parcelReturnedToSender = "ParcelReturnedToSender"
    case parcelLost = "ParcelLost"
    case scanRetracted = "ScanRetracted"
    case parcelEnded = "ParcelEnded"
    case shortageReported = "ShortageReported"
    case paymentAuthorized = "PaymentAuthorized"
    case paymentCaptured = "PaymentCaptured"
    case paymentVoided = "PaymentVoided"
    case paymentFailed = "PaymentFailed"
    case paymentRefunded = "PaymentRefunded"
    case paymentChargedBack = "PaymentChargedBack"
    case chargebackReversed = "ChargebackReversed"
    case paymentRetracted = "PaymentRetracted"
    case returnRequested = "ReturnRequested"
    case returnApproved = "ReturnApproved"
    case returnRejected = "ReturnRejected"
    case returnCancelled = "ReturnCancelled"
    case returnReceived = "ReturnReceived"
    case anomalyResolved = "AnomalyResolved"
    case noteAdded = "NoteAdded"
    case orderClosed = "OrderClosed"
    case orderReopened = "OrderReopened"

    package var meaning: String { summary }

    /// The type that reads and folds events of this type.
    var payload: any EventPayload.Type {
        switch self {
        case .orderPlaced: OrderPlaced.self
        case .orderConfirmed: OrderConfirmed.self
        case .orderEdited: OrderEdited.self
        case .totalAdjusted: TotalAdjusted.self
        case .metadataChanged: MetadataChanged.self
        case .shipToChanged: ShipToChanged.self
        case .itemsCancelled: ItemsCancelled.self
        case .orderCancelled: OrderCancelled.self
        case .orderHeld: OrderHeld.self
        case .holdReleased: HoldReleased.self
        case .parcelPacked: ParcelPacked.self
        case .parcelVoided: ParcelVoided.self
        case .parcelDispatched: ParcelDispatched.self
        case .trackingChanged: TrackingChanged.self
        case .etaRevised: EtaRevised.self
        case .parcelScanned, .deliveryFailed, .parcelDelivered, .parcelReturnedToSender, .parcelLost: ScanRecorded.self
        case .scanRetracted: ScanRetracted.self
        case .parcelEnded: ParcelEnded.self
        case .shortageReported: ShortageReported.self
        case .paymentAuthorized, .paymentCaptured, .paymentVoided, .paymentFailed, .paymentRefunded,
            .paymentChargedBack, .chargebackReversed:
            PaymentReported.self
        case .paymentRetracted: PaymentRetracted.self
        case .returnRequested: ReturnRequested.self
        case .returnApproved, .returnRejected: ReturnDecided.self
        case .returnCancelled: ReturnCancelled.self
        case .returnReceived: ReturnReceived.self
        case .anomalyResolved: AnomalyResolved.self
        case .noteAdded: NoteAdded.self
        case .orderClosed: OrderClosed.self
        case .orderReopened: OrderReopened.self
        }
    }
}
