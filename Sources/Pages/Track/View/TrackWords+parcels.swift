import Orders

extension TrackWords {
    /// The cards of the parcels: those to come first, then those that arrived, then those that did not.
    func parcelCards() -> [TrackView.ParcelCard] {
        let titled = parcels.enumerated().map { (parcel: $1, title: title(at: $0)) }
        let groups = [titled.filter { $0.parcel.isComing }, titled.filter { !$0.parcel.isComing }]
        return groups.joined().map { card(of: $0.parcel, title: $0.title) }
    }

    private func title(at index: Int) -> String {
        guard parcels.count > 1 else { return texts[.parcel] }
        return texts[
            .parcelOf,
            ["index": format.number(index + 1), "count": format.number(parcels.count)]
        ]
    }

    private func card(of tracked: TrackedParcel, title: String) -> TrackView.ParcelCard {
        let parcel = tracked.parcel
        var card = TrackView.ParcelCard(
            id: "parcel-" + parcel.parcelId,
            title: title,
            kind: kind(of: parcel),
            status: texts[statusText(of: tracked)],
            tone: tone(of: tracked),
            sentence: sentence(of: tracked).map { texts[$0] }
        )
        if !isOnly, tracked.isComing, parcel.status != .readyForPickup, let expected = tracked.expected {
            card.expected = WindowText.short(expected, in: zone, format)
            // The large date has its own.
            if next?.parcel.parcelId != parcel.parcelId {
                card.promise = promise(tracked.promised, now: expected, of: tracked)
            }
        }
        card.notices = parcelNotices(of: tracked)
        card.steps = steps(of: tracked)
        card.items = items(parcel.lines)
        card.carrier = parcel.tracking.carrier.map(CarrierPage.name)
        card.number = number(of: parcel.tracking)
        card.former = parcel.former.compactMap(number)
        card.pickup = pickup(of: tracked)
        let history = history(of: tracked)
        card.latest = history.first { !$0.isRetracted }
        card.history = history
        card.delivery = delivery(of: tracked)
        return card
    }

    private func kind(of parcel: Parcel) -> String? {
        switch parcel.kind {
        case .shipped: nil
        case .pickup: texts[.pickupParcel]
        case .digital: texts[.digitalParcel]
        }
    }

    private func pickup(of tracked: TrackedParcel) -> TrackView.Pickup? {
        guard tracked.isComing, let place = tracked.pickupPlace else { return nil }
        return TrackView.Pickup(
            place: place.text,
            country: place.country.map(format.country),
            isReady: tracked.parcel.status == .readyForPickup
        )
    }

    /// The proof of a delivery, and the advice for one that did not arrive.
    private func delivery(of tracked: TrackedParcel) -> TrackView.Delivery? {
        guard tracked.parcel.status == .delivered, tracked.parcel.kind != .digital else { return nil }
        let proof: TrackText? =
            switch tracked.delivery?.proof?.kind {
            case .signature: .proofSignature
            case .photo: .proofPhoto
            case .pin: .proofPin
            case nil: nil
            }
        // A parcel that was handed to somebody is not looked for by the door.
        let mayBeMissing = tracked.parcel.kind == .shipped && (proof == nil || proof == .proofPhoto)
        return TrackView.Delivery(proof: proof.map { texts[$0] }, mayBeMissing: mayBeMissing)
    }

    private func statusText(of tracked: TrackedParcel) -> TrackText {
        switch tracked.parcel.status {
        case .packed: tracked.isUnscanned ? .labelShort : .stepPacked
        case .inTransit: tracked.isUnscanned ? .labelShort : .scanInTransit
        case .outForDelivery: .scanOutForDelivery
        case .readyForPickup: .scanReadyForPickup
        case .attemptFailed: .scanAttemptFailed
        case .exception: .scanException
        case .delivered: tracked.parcel.kind == .pickup ? .stepCollected : .scanDelivered
        case .returning: .scanReturning
        case .returnedToSender: .scanReturnedToSender
        case .lost: .scanLost
        case .void: .eventParcelVoided
        }
    }

    /// The meaning of the status; nil where the status or a message says all.
    private func sentence(of tracked: TrackedParcel) -> TrackText? {
        switch tracked.parcel.status {
        case .packed: tracked.isUnscanned ? nil : .parcelPacked
        case .outForDelivery: .parcelOut
        case .readyForPickup: .parcelReady
        case .delivered: tracked.parcel.kind == .digital ? .parcelDigital : nil
        case .inTransit, .attemptFailed, .exception, .returning, .returnedToSender, .lost, .void: nil
        }
    }

    private func tone(of tracked: TrackedParcel) -> Tone {
        switch tracked.parcel.status {
        case .packed: .info
        case .inTransit, .outForDelivery: tracked.isUnscanned ? .info : .moving
        case .readyForPickup, .delivered: .good
        case .attemptFailed, .exception: .warn
        case .returning, .returnedToSender: .back
        case .lost: .bad
        case .void: .neutral
        }
    }
}
