import Foundation
import Orders
import StrictJSON

extension TrackWords {
    /// All that happened to a parcel, the newest first, each in the time of its place.
    func history(of tracked: TrackedParcel) -> [TrackView.Entry] {
        var entries = tracked.scans.enumerated().map { (entry($1, rank: $0), $1.occurredAt) }
        for event in tracked.events {
            if let entry = entry(event, of: tracked) { entries.append((entry, event.occurredAt)) }
        }
        return entries.sorted { left, right in
            (left.1, left.0.rank) > (right.1, right.0.rank)
        }.map(\.0)
    }

    /// All that happened to the order beside its parcels, the newest first.
    func orderHistory() -> [TrackView.Entry] {
        tracked.events.reversed().compactMap { event in
            if event.type == .etaRevised, event.text("parcelId") == nil { return etaEntry(event, of: nil) }
            guard let title = event.type.orderText else { return nil }
            var entry = entry(event, title)
            entry.detail = orderDetail(of: event)
            entry.quote = event.text("note") ?? quotedReason(of: event)
            return entry
        }
    }

    // MARK: Entries of a parcel

    private func entry(_ scan: Scan, rank: Int) -> TrackView.Entry {
        let local = PlaceZone.zone(of: scan.place)
        var entry = TrackView.Entry(
            time: time(scan.occurredAt, in: local ?? zone),
            instant: scan.occurredAt.rfc3339,
            title: texts[scan.code.text],
            tone: scan.isRetracted ? .neutral : scan.code.tone
        )
        entry.place = scan.place?.text
        entry.country = scan.place?.country.map(format.country)
        let reason: String? =
            scan.code == .attemptFailed || scan.code == .exception || scan.reason != nil
            ? texts[(scan.reason ?? .other).text] : nil
        let proof: String? =
            switch scan.proof?.kind {
            case .signature: texts[.proofSignature]
            case .photo: texts[.proofPhoto]
            case .pin: texts[.proofPin]
            case nil: nil
            }
        let byShop: String? = scan.isShopsWord ? texts[.byShop] : nil
        entry.detail = [scan.isRetracted ? texts[.scanRetracted] : reason, proof, byShop].joinedParts
        entry.isRetracted = scan.isRetracted
        // After what the shop did at that time.
        entry.rank = 1000 + rank
        return entry
    }

    /// The time, with its offset where that is not the customer's own.
    private func time(_ time: Timestamp, in local: TimeZone) -> String {
        let text = format.shortDayAndTime(time, in: local)
        let isOther = local.secondsFromGMT(for: time.date) != zone.secondsFromGMT(for: time.date)
        return isOther || tracked.isZoneUnknown ? text + " " + format.offset(time, in: local) : text
    }

    /// The entry of an event that is no scan; nil for scans, which the parcel has itself.
    private func entry(_ event: TrackedEvent, of tracked: TrackedParcel) -> TrackView.Entry? {
        switch event.type {
        case .parcelPacked: return entry(event, .eventPacked)
        case .parcelDispatched:
            guard event.data["implied"]?.bool != true else { return nil }
            return entry(event, tracked.parcel.kind == .shipped ? .eventHandedOver : .eventSent)
        case .trackingChanged:
            let number = event.data["new"]?.object?["trackingNumber"]?.string
            var entry = entry(event, .eventTracking)
            entry.quote = number
            return entry
        case .etaRevised: return etaEntry(event, of: tracked)
        default: return nil
        }
    }

    /// The entry of a changed estimate, with its reason; nil where nothing is expected any more.
    private func etaEntry(_ event: TrackedEvent, of parcel: TrackedParcel?) -> TrackView.Entry? {
        guard let new = event.window("new") else { return nil }
        var entry = entry(event, .eventEta)
        entry.detail = [event.window("old"), new].compactMap { $0 }
            .map { WindowText.short($0, in: zone, format) }.joined(separator: " → ")
        entry.quote = reason(of: event, parcel)
        return entry
    }

    private func entry(_ event: TrackedEvent, _ title: TrackText) -> TrackView.Entry {
        var entry = TrackView.Entry(
            time: time(event.occurredAt, in: zone),
            instant: event.occurredAt.rfc3339,
            title: texts[title],
            tone: event.type.tone
        )
        entry.rank = 0
        return entry
    }

    // MARK: Entries of the order

    private func orderDetail(of event: TrackedEvent) -> String? {
        switch event.type {
        case .itemsCancelled:
            let names = event.lines.map { line in
                "\(format.number(line.quantity)) × \((tracked.line(line.lineId)?.name ?? line.lineId).isolated)"
            }
            return [names.joined(separator: ", "), reasonText(of: event)].joinedParts
        case .orderCancelled: return reasonText(of: event)
        case .orderHeld:
            let reason = event.text("reason").flatMap(HoldReason.init(rawValue:)) ?? .other
            return texts[reason.text]
        case .paymentAuthorized, .paymentCaptured, .paymentVoided, .paymentFailed, .paymentRefunded,
            .paymentChargedBack, .chargebackReversed:
            // A provider may report another currency than the order's.
            return event.money("amount").map { format.money($0.amount, $0.currency) }
        case .totalAdjusted, .orderEdited:
            return event.money("newDue").map { format.money($0.amount, $0.currency) }
        default: return nil
        }
    }

    private func reasonText(of event: TrackedEvent) -> String? {
        event.text("reason").flatMap(CancelReason.init(rawValue:)).map { texts[$0.text] }
    }

    /// The reason of an event whose reason is free text.
    private func quotedReason(of event: TrackedEvent) -> String? {
        switch event.type {
        case .parcelVoided, .returnRequested, .returnCancelled, .paymentRetracted: event.text("reason")
        default: nil
        }
    }
}

extension ScanCode {
    var text: TrackText {
        switch self {
        case .inTransit: .scanInTransit
        case .outForDelivery: .scanOutForDelivery
        case .readyForPickup: .scanReadyForPickup
        case .attemptFailed: .scanAttemptFailed
        case .exception: .scanException
        case .delivered: .scanDelivered
        case .returning: .scanReturning
        case .returnedToSender: .scanReturnedToSender
        case .lost: .scanLost
        }
    }

    var tone: Tone {
        switch self {
        case .inTransit, .outForDelivery: .moving
        case .readyForPickup, .delivered: .good
        case .attemptFailed, .exception: .warn
        case .returning, .returnedToSender: .back
        case .lost: .bad
        }
    }
}

extension CancelReason {
    var text: TrackText {
        switch self {
        case .customer: .cancelCustomer
        case .stock: .cancelStock
        case .payment: .cancelPayment
        case .fraud, .other: .cancelOther
        }
    }
}

extension EventType {
    /// The words for the order's own history; nil for what a parcel's history says.
    fileprivate var orderText: TrackText? {
        switch self {
        case .orderPlaced: .eventOrderPlaced
        case .orderConfirmed: .eventOrderConfirmed
        case .orderEdited: .eventOrderEdited
        case .totalAdjusted: .eventTotalAdjusted
        case .shipToChanged: .eventShipToChanged
        case .itemsCancelled: .eventItemsCancelled
        case .orderCancelled: .eventOrderCancelled
        case .orderHeld: .eventOrderHeld
        case .holdReleased: .eventHoldReleased
        case .parcelVoided: .eventParcelVoided
        case .shortageReported: .eventShortageReported
        case .paymentAuthorized: .eventPaymentAuthorized
        case .paymentCaptured: .eventPaymentCaptured
        case .paymentVoided: .eventPaymentVoided
        case .paymentFailed: .eventPaymentFailed
        case .paymentRefunded: .eventPaymentRefunded
        case .paymentChargedBack: .eventPaymentChargedBack
        case .chargebackReversed: .eventChargebackReversed
        case .paymentRetracted: .eventPaymentRetracted
        case .returnRequested: .eventReturnRequested
        case .returnApproved: .eventReturnApproved
        case .returnRejected: .eventReturnRejected
        case .returnCancelled: .eventReturnCancelled
        case .returnReceived: .eventReturnReceived
        case .parcelPacked, .parcelDispatched, .trackingChanged, .etaRevised, .parcelScanned, .deliveryFailed,
            .parcelDelivered, .parcelReturnedToSender, .parcelLost, .scanRetracted, .parcelEnded, .metadataChanged,
            .anomalyResolved, .noteAdded, .orderClosed, .orderReopened:
            nil
        }
    }

    fileprivate var tone: Tone {
        switch self {
        case .orderCancelled, .itemsCancelled, .paymentFailed, .orderHeld, .shortageReported, .returnRejected,
            .paymentChargedBack:
            .warn
        case .paymentRefunded, .returnReceived, .returnApproved: .good
        default: .neutral
        }
    }
}
