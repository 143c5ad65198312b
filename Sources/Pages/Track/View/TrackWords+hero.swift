import Orders

extension TrackWords {
    /// The large date: what the customer wants to know first.
    func hero() -> TrackView.Hero {
        switch order.headline {
        case .cancelled: still(.statusCancelled, cancelReason() ?? texts[.cancelledText])
        case .returned: still(.statusReturned, texts[.returnedText])
        case .delivered: delivered() ?? still(.statusDelivered, nil)
        case .readyForPickup: pickup() ?? coming()
        case .placed, .preparing, .partlyShipped, .shipped, .partlyDelivered, .outForDelivery, .attention, .onHold:
            coming()
        }
    }

    /// A headline in the place of a date.
    private func still(_ large: TrackText, _ note: String?) -> TrackView.Hero {
        TrackView.Hero(label: texts[.order], large: texts[large], note: note)
    }

    private func delivered() -> TrackView.Hero? {
        let arrived = parcels.filter { $0.parcel.status == .delivered }
        let last = arrived.max { (deliveredAt($0) ?? .earliest) < (deliveredAt($1) ?? .earliest) }
        guard let last, let time = deliveredAt(last) else { return nil }
        let place = last.delivery?.place
        let localZone = PlaceZone.zone(of: place) ?? zone
        let relative = format.relativeDay(time, in: localZone)
        let day = format.longDay(time, in: localZone)
        let isCollected = last.parcel.kind == .pickup
        return TrackView.Hero(
            label: texts[isCollected ? .collectedOn : .deliveredOn],
            large: (relative ?? day).firstUppercased,
            fine: [relative == nil ? nil : day, format.timeOfDay(time, in: localZone)].joinedParts
        )
    }

    /// The time at which a parcel arrived: by a scan, or by the dispatch of a digital one.
    private func deliveredAt(_ parcel: TrackedParcel) -> Timestamp? {
        parcel.delivery?.occurredAt ?? (parcel.parcel.kind == .digital ? parcel.handedOverAt : nil)
    }

    private func pickup() -> TrackView.Hero? {
        guard let ready = parcels.first(where: { $0.parcel.status == .readyForPickup }) else { return nil }
        let since = ready.counting.last { $0.code == .readyForPickup }
        let time = since.map { scan in
            texts[
                .readySince,
                ["time": format.shortDayAndTime(scan.occurredAt, in: PlaceZone.zone(of: scan.place) ?? zone)]
            ]
        }
        guard let place = ready.pickupPlace else {
            return TrackView.Hero(label: texts[.order], large: texts[.statusReadyForPickup], fine: time)
        }
        return TrackView.Hero(label: texts[.collectAt], large: place.text, fine: time, isPlace: true)
    }

    /// The parcel that arrives next: of those under way, else of those that are packed; nil where no time is known.
    /// A parcel that waits to be collected has arrived.
    static func next(of parcels: [TrackedParcel]) -> TrackedParcel? {
        let coming = parcels.filter { $0.isComing && $0.parcel.status != .readyForPickup && $0.expected != nil }
        return coming.filter { $0.parcel.status != .packed }.min(by: isSooner) ?? coming.min(by: isSooner)
    }

    /// The next arrival: that of a parcel, else of what waits.
    private func coming() -> TrackView.Hero {
        // A parcel that waits to be collected is not late, whatever was promised.
        if next == nil, tracked.waiting.isEmpty, let pickup = pickup() { return pickup }
        let hasLeft = next.map { $0.parcel.status != .packed } ?? false
        guard let window = next?.expected ?? tracked.expected, !isOver else { return undated() }
        let isLate = window.latest < tracked.now
        // A parcel that is to be sent again was promised for the first time only.
        if isLate, next == nil, tracked.isOwedAgain { return undated() }
        let words = WindowText(window, isLate: isLate, in: zone, zoneName: zoneName, format)
        let fine = [words.fine, nextOfParcels].joinedParts
        return TrackView.Hero(
            label: texts[isLate ? .expectedBy : hasLeft ? .arrives : .expected],
            large: words.large,
            fine: fine,
            note: isLate ? texts[hasLeft ? .lateText : .lateShippedText] : note(),
            isLate: isLate,
            promise: promise(next?.promised ?? tracked.promised, now: window, of: next)
        )
    }

    /// “The next of 3 parcels”; nil where one parcel at most is to come.
    private var nextOfParcels: String? {
        let count = parcels.count { $0.isComing && $0.parcel.status != .readyForPickup }
        return count > 1 ? texts[.nextOfParcels, ["count": format.number(count)]] : nil
    }

    /// The next arrival without a time: its status says most.
    private func undated() -> TrackView.Hero {
        if isOver { return still(headline.text, note()) }
        let told = parcels.max { $0.progress < $1.progress }.flatMap { $0.progress > 0 ? $0 : nil }
        var hero = still(told.map(statusText) ?? headline.text, note())
        guard told?.parcel.status != .outForDelivery else {
            hero.fine = nextOfParcels
            return hero
        }
        hero.fine = [texts[.noDateYet], nextOfParcels].joinedParts
        hero.note = [tracked.isOwedAgain ? texts[.waitingLost] : note(), texts[.noDateText]].compactMap { $0 }
            .joined(separator: " ")
        return hero
    }

    /// The sentence on a headline that needs one.
    private func note() -> String? {
        switch order.headline {
        case .placed: texts[.placedText]
        case .preparing: texts[.preparingText]
        case .attention: parcels.contains(where: \.hasOwnNotice) ? nil : texts[.attentionText]
        case .partlyShipped, .shipped, .partlyDelivered, .outForDelivery, .readyForPickup, .delivered, .returned,
            .onHold, .cancelled:
            nil
        }
    }

    private static func isSooner(_ left: TrackedParcel, _ right: TrackedParcel) -> Bool {
        (left.expected?.latest ?? .latest) < (right.expected?.latest ?? .latest)
    }
}

extension TrackedParcel {
    /// The place of a parcel among those whose status stands for the order; 0 for one that says nothing of what comes.
    fileprivate var progress: Int {
        switch parcel.status {
        case .outForDelivery: 5
        case .attemptFailed: 4
        case .exception: 3
        case .inTransit: 2
        case .lost, .returnedToSender, .returning: parcel.isLossUnresolved || parcel.status == .returning ? 1 : 0
        case .packed, .readyForPickup, .delivered, .void: 0
        }
    }

    /// Tells whether the parcel's card says what is wrong and what comes next.
    var hasOwnNotice: Bool {
        switch parcel.status {
        case .attemptFailed, .exception, .lost, .returnedToSender, .returning: true
        case .packed, .inTransit, .outForDelivery, .readyForPickup, .delivered, .void: !parcel.short.isEmpty
        }
    }
}
