extension Order {
    /// The reasons for which staff should look at the order, as the attention queue names them; in the order of
    /// `attentionReasons`.
    ///
    /// A parcel's problem goes by the type of the event that reports it, and an anomaly by its code. Every other reason
    /// is its own word.
    package var attentionWords: [String] {
        attentionReasons.flatMap { reason in
            switch reason {
            case .parcel: parcelProblems.map(\.rawValue)
            case .anomaly: anomalies.map(\.code.rawValue)
            case .shortage, .closedWithUnits, .refundOwed: [reason.rawValue]
            }
        }
    }

    /// The types of the events that report the parcels' problems, each once, in the order of the parcels.
    private var parcelProblems: [EventType] {
        let hasOpenUnits = units.open > 0
        return parcels.filter { $0.needsAttention(hasOpenUnits: hasOpenUnits) }.map(\.problemType).reduce(into: []) {
            types,
            type in
            if !types.contains(type) { types.append(type) }
        }
    }
}

extension Parcel {
    /// The type of the events that report the problem of a parcel that needs attention.
    fileprivate var problemType: EventType {
        switch status {
        case .attemptFailed: .deliveryFailed
        case .returnedToSender: .parcelReturnedToSender
        case .lost: .parcelLost
        case .packed, .inTransit, .outForDelivery, .readyForPickup, .delivered, .exception, .returning, .void:
            // An exception has no event type of its own.
            .parcelScanned
        }
    }
}
