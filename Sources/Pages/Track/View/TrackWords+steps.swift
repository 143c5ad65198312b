import Orders

extension TrackWords {
    /// The five steps of a parcel's way. A digital parcel has none: it arrives as it is sent.
    func steps(of tracked: TrackedParcel) -> [TrackView.Step] {
        let parcel = tracked.parcel
        guard parcel.kind != .digital else { return [] }
        let isCollected = parcel.kind == .pickup || tracked.parcel.status == .readyForPickup
        // Goods that the customer collects at the shop have no way of their own.
        let labels: [TrackText] =
            parcel.kind == .pickup
            ? [.stepOrdered, .stepConfirmed, .stepPacked, .stepReady, .stepCollected]
            : [.stepOrdered, .stepPacked, .stepOnTheWay, isCollected ? .stepReady : .stepOut, .stepDelivered]
        let reached = reached(tracked)
        let state = state(of: tracked)
        let times = times(of: tracked, isCollected: isCollected)
        return labels.enumerated().map { index, label in
            let isCurrent = index == reached
            let word: (state: String, text: TrackText) =
                if index < reached || (isCurrent && parcel.status == .delivered) {
                    ("done", .stepDone)
                } else if isCurrent {
                    state
                } else {
                    ("next", .stepNext)
                }
            return TrackView.Step(
                label: texts[label],
                state: word.state,
                stateText: texts[word.text],
                isCurrent: isCurrent,
                time: index <= reached ? times[index] : nil
            )
        }
    }

    private func state(of tracked: TrackedParcel) -> (state: String, text: TrackText) {
        switch tracked.parcel.status {
        case .attemptFailed, .exception, .returning, .returnedToSender, .lost: ("problem", .stepProblem)
        case .packed, .inTransit, .outForDelivery, .readyForPickup, .delivered, .void: ("current", .stepCurrent)
        }
    }

    /// The step that the parcel has reached, counted from 0.
    private func reached(_ tracked: TrackedParcel) -> Int {
        switch tracked.parcel.status {
        case .packed, .void: tracked.parcel.kind == .pickup ? 2 : 1
        case .inTransit: tracked.isUnscanned ? 1 : 2
        case .outForDelivery, .readyForPickup, .attemptFailed: 3
        case .delivered: 4
        case .exception, .returning, .returnedToSender, .lost:
            tracked.counting.contains { $0.code == .outForDelivery || $0.code == .attemptFailed } ? 3 : 2
        }
    }

    private func times(of tracked: TrackedParcel, isCollected: Bool) -> [String?] {
        let scans = tracked.counting
        let left = scans.first { $0.code != .readyForPickup }
        let last = scans.last { $0.code == (isCollected ? .readyForPickup : .outForDelivery) }
        let day = { (time: Timestamp) in format.shortDay(time, in: zone) }
        // States from before parcels had the time hold none.
        let packedAt = tracked.parcel.packedAt
        let packed = packedAt > order.placedAt.adding(seconds: -86_400) ? day(packedAt) : nil
        let confirmed = self.tracked.events.first { $0.type == .orderConfirmed }.map { day($0.occurredAt) }
        let sent = (tracked.handedOverAt ?? left?.occurredAt).map(day)
        let middle = tracked.parcel.kind == .pickup ? [confirmed, packed] : [packed, sent]
        return [day(order.placedAt)] + middle + [last.map(dayOfScan), tracked.delivery.map(dayOfScan)]
    }

    private func dayOfScan(_ scan: Scan) -> String {
        format.shortDay(scan.occurredAt, in: PlaceZone.zone(of: scan.place) ?? zone)
    }
}
