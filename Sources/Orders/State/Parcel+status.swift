/// The parcel's status by today's rules. Events carry the status that they announced; only decisions compute it.
extension Parcel {
    /// The result of folding the timeline.
    struct Folded {
        var status: ParcelStatus
        /// The ids of the scans that a delivery and a way back, contradicting each other, left without effect.
        var withoutEffect: Set<String> = []
    }

    /// Folds the scans that count, by time.
    ///
    /// The last one decides, with two exceptions. A carrier's delivery stays until a later `returning`. A delivery
    /// during the way back has no effect, since carriers say it of the arrival at the sender, and neither has a
    /// `returning` that arrives after the delivery that it precedes.
    ///
    /// - Parameter time: the moment up to which scans are taken.
    func folded(upTo time: Timestamp = .latest) -> Folded {
        guard !isVoid else { return Folded(status: .void) }
        var folded = Folded(status: dispatchState == .explicit ? .inTransit : .packed)
        let later = leastRecordedDeliveries(upTo: time)
        // The delivery by a carrier, which only a later way back ends.
        var isDelivered = false
        // The way back, as a carrier said it: the shop's word that the parcel is back does not end it.
        var isWayBack = false
        for (index, scan) in scans.enumerated() where scan.counts && scan.occurredAt <= time {
            switch scan.code {
            case .delivered where isWayBack && !scan.isShopsWord && !scan.overrulesWayBack:
                folded.withoutEffect.insert(scan.scanId)
                continue
            case .returning where later[index] < scan.recordedWith:
                folded.withoutEffect.insert(scan.scanId)
                continue
            case .returning: break
            default: if isDelivered { continue }
            }
            folded.status = ParcelStatus(scan.code)
            isDelivered = scan.code == .delivered && !scan.isShopsWord
            let saysWayBack = scan.code == .returning || scan.code == .returnedToSender
            isWayBack = saysWayBack && (!scan.isShopsWord || isWayBack)
        }
        return folded
    }

    /// For each scan the first event that recorded a carrier's delivery that comes after it in time; `Int.max` without
    /// one. A way back that was reported later than that has no effect.
    private func leastRecordedDeliveries(upTo time: Timestamp) -> [Int] {
        var least = Int.max
        var result = [Int](repeating: Int.max, count: scans.count)
        for index in scans.indices.reversed() {
            result[index] = least
            let scan = scans[index]
            if scan.code == .delivered, scan.counts, !scan.isShopsWord, scan.occurredAt <= time {
                least = min(least, scan.recordedWith)
            }
        }
        return result
    }

    /// The expected time by the newest source, in time and then in the order of recording; nil without a source.
    var newestEta: TimeWindow? { newestEtaSource?.window }

    /// The newest of the dispatch, the revisions and the scans that count.
    var newestEtaSource: EtaSourceEntry? {
        let ofScans = scans.lazy.filter(\.counts).compactMap { scan in
            scan.eta.map {
                EtaSourceEntry(
                    window: $0,
                    source: .carrier,
                    occurredAt: scan.occurredAt,
                    recordedWith: scan.recordedWith
                )
            }
        }
        return (etaSources + ofScans).max {
            ($0.occurredAt, $0.recordedWith) < ($1.occurredAt, $1.recordedWith)
        }
    }
}
