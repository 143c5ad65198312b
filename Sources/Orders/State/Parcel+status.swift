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
        // The code of the carrier's entry that decides so far; the shop's word is overruled by any later scan.
        var carriersWord: ScanCode?
        for scan in scans where scan.counts && scan.occurredAt <= time {
            switch (scan.code, carriersWord) {
            case (.delivered, .returning?), (.delivered, .returnedToSender?):
                if scan.isShopsWord || scan.overrulesWayBack { break }
                folded.withoutEffect.insert(scan.scanId)
                continue
            case (.returning, _) where followsDelivery(scan, upTo: time):
                folded.withoutEffect.insert(scan.scanId)
                continue
            case (.returning, .delivered?): break
            case (_, .delivered?): continue
            default: break
            }
            folded.status = ParcelStatus(scan.code)
            carriersWord = scan.isShopsWord ? nil : scan.code
        }
        return folded
    }

    /// Tells whether a way back was reported after a delivery that it precedes in time.
    private func followsDelivery(_ returning: Scan, upTo time: Timestamp) -> Bool {
        scans.contains { scan in
            scan.counts && scan.code == .delivered && !scan.isShopsWord && scan.occurredAt <= time
                && scan.recordedWith < returning.recordedWith && returning.precedes(scan)
        }
    }

    /// The expected time by the newest source, in time and then in the order of recording; nil without a source.
    var newestEta: TimeWindow? { newestEtaSource?.window }

    /// The newest of the dispatch, the revisions and the scans that count.
    var newestEtaSource: EtaSourceEntry? {
        let ofScans = scans.lazy.filter(\.counts).compactMap { scan in
            scan.eta.map {
                EtaSourceEntry(window: $0, occurredAt: scan.occurredAt, recordedWith: scan.recordedWith)
            }
        }
        return (etaSources + ofScans).max {
            ($0.occurredAt, $0.recordedWith) < ($1.occurredAt, $1.recordedWith)
        }
    }
}
