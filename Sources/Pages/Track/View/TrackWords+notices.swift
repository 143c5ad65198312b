import Orders

extension TrackWords {
    /// The messages on the order as a whole.
    func notices() -> [TrackView.Notice] {
        var notices: [TrackView.Notice] = []
        // One message a reason, however many holds are open.
        for text in order.openHolds.map(\.reason.text).reduce(
            into: [TrackText](),
            { if !$0.contains($1) { $0.append($1) } }
        ) {
            notices.append(TrackView.Notice(tone: .warn, title: texts[.statusOnHold], body: texts[text]))
        }
        if let relation = order.relatesTo {
            notices.append(TrackView.Notice(tone: .info, title: texts[relation.kind.text]))
        }
        return notices
    }

    /// The messages on a parcel: what is wrong, what is not known, and what comes next.
    func parcelNotices(of tracked: TrackedParcel) -> [TrackView.Notice] {
        var notices: [TrackView.Notice] = []
        if let notice = problem(of: tracked) { notices.append(notice) }
        if tracked.isUnscanned { notices.append(unscanned(tracked)) }
        if !isOnly, let since = tracked.lateSince, tracked.parcel.status != .attemptFailed,
            tracked.parcel.status != .exception
        {
            let window = tracked.expected ?? TimeWindow(earliest: since, latest: since)
            let words = WindowText(window, isLate: true, in: zone, zoneName: zoneName, format)
            let hasLeft = tracked.parcel.status != .packed
            notices.append(
                TrackView.Notice(
                    tone: .warn,
                    title: texts[.lateTitle, ["day": words.plain]],
                    body: texts[hasLeft ? .lateText : .lateShippedText]
                )
            )
        }
        if let since = tracked.silentSince, !tracked.isUnscanned {
            let zone = PlaceZone.zone(of: tracked.lastScan?.place) ?? zone
            let time = format.recent(since, in: zone)
            notices.append(
                TrackView.Notice(
                    tone: .warn,
                    title: texts[.silentSince, ["time": time]],
                    body: texts[.silentText]
                )
            )
        }
        return notices + shortages(of: tracked)
    }

    private func unscanned(_ tracked: TrackedParcel) -> TrackView.Notice {
        guard let since = tracked.silentSince else {
            return TrackView.Notice(tone: .info, title: texts[.labelMade], body: texts[.labelMadeNote])
        }
        return TrackView.Notice(
            tone: .warn,
            title: texts[.notScannedSince, ["time": format.recent(since, in: zone)]],
            body: texts[.silentText]
        )
    }

    private func problem(of tracked: TrackedParcel) -> TrackView.Notice? {
        let scan = tracked.lastScan
        let reason = scan?.reason ?? .other
        // Once the units were sent again or cancelled, the parcel is history.
        let isOpen = tracked.parcel.isLossUnresolved || tracked.parcel.status == .returning
        let afterLoss = isOpen ? texts[.parcelReturningNext] : nil
        switch tracked.parcel.status {
        case .attemptFailed, .exception:
            let isAttempt = tracked.parcel.status == .attemptFailed
            return TrackView.Notice(
                tone: .warn,
                title: texts[isAttempt ? .parcelAttempt : .parcelException],
                body: texts[reason.text],
                next: texts[reason.next(afterAttempt: isAttempt)]
            )
        case .returning, .returnedToSender:
            return TrackView.Notice(
                tone: .back,
                title: texts[tracked.parcel.status == .returning ? .parcelReturning : .parcelReturned],
                body: scan?.reason.map { texts[$0.text] },
                next: afterLoss
            )
        case .lost:
            return TrackView.Notice(
                tone: .bad,
                title: texts[.parcelLost],
                next: afterLoss
            )
        case .packed, .inTransit, .outForDelivery, .readyForPickup, .delivered, .void: return nil
        }
    }

    /// The customer's own reports of what was wrong in a parcel.
    private func shortages(of tracked: TrackedParcel) -> [TrackView.Notice] {
        order.claims.filter { $0.parcelId == tracked.parcel.parcelId }.map { claim in
            let title: TrackText =
                switch claim.kind {
                case .missing: .shortMissing
                case .damaged: .shortDamaged
                case .wrongItem: .shortWrongItem
                }
            let list = claim.lines.map { line in
                "\(format.number(line.quantity)) × \((self.tracked.line(line.lineId)?.name ?? line.lineId).isolated)"
            }
            return TrackView.Notice(
                tone: .warn,
                title: texts[title],
                body: list.joined(separator: ", "),
                quote: claim.note,
                next: claim.isUnresolved ? texts[.shortNext] : nil
            )
        }
    }
}

extension HoldReason {
    /// The explanation for customers; fraud is a matter of the shop alone.
    var text: TrackText {
        switch self {
        case .payment: .holdPayment
        case .address: .holdAddress
        case .stock: .holdStock
        case .fraud, .other: .holdOther
        }
    }
}

extension RelatesTo.Kind {
    var text: TrackText {
        switch self {
        case .exchange: .relatedExchange
        case .replacement: .relatedReplacement
        case .split: .relatedSplit
        case .subscription: .relatedSubscription
        }
    }
}

extension FailureReason {
    /// The next step of the carrier, or what the customer can do.
    func next(afterAttempt: Bool) -> TrackText {
        switch self {
        case .address: .nextAddress
        case .customs: .nextCustoms
        case .retailer: .nextShop
        case .recipient: .nextAttempt
        case .carrier, .weather, .other: afterAttempt ? .nextAttempt : .nextWait
        }
    }
}
