import Foundation
import Orders

/// Makes the parts of the customer's page from an order, in a language. Its extensions have a file for each part.
struct TrackWords {
    let tracked: TrackedOrder
    let format: TrackFormat
    let texts: TrackTexts
    let parcels: [TrackedParcel]
    /// The parcel that arrives next; nil where no time is known.
    let next: TrackedParcel?

    init(_ tracked: TrackedOrder, _ page: TrackLocale) {
        self.tracked = tracked
        format = TrackFormat(page, now: tracked.now)
        texts = format.texts
        parcels = tracked.parcels
        next = Self.next(of: parcels)
    }

    var order: Order { tracked.order }

    var zone: TimeZone { tracked.zone }

    /// The name of the zone where the reader could not know it.
    var zoneName: String? { tracked.isZoneUnknown ? format.offset(tracked.now, in: zone) : nil }

    /// Tells whether all of the order is in one parcel: then the large date is the parcel's.
    var isOnly: Bool { parcels.count == 1 && tracked.waiting.isEmpty }

    /// Tells whether all parcels that left are waiting for their first scan.
    var isUnscanned: Bool {
        let left = parcels.filter { $0.parcel.status != .packed }
        return !left.isEmpty && left.allSatisfy(\.isUnscanned)
    }

    /// The order's headline in the words of the page: “on the way” is what the customer waits for, not a parcel that no
    /// carrier has seen, nor one that goes back.
    var headline: (text: TrackText, tone: Tone, icon: TrackIcon) {
        let headline = order.headline
        if isUnscanned, headline == .shipped || headline == .partlyShipped {
            return (.eventHandedOver, headline.tone, headline.icon)
        }
        if headline == .shipped, isOver, parcels.contains(where: { $0.parcel.status == .returning }) {
            return (.scanReturning, .back, .back)
        }
        return (headline.text, headline.tone, headline.icon)
    }

    func items(_ lines: [LineQuantity]) -> [TrackView.Item] {
        lines.map { line in
            TrackView.Item(count: format.number(line.quantity), name: tracked.line(line.lineId)?.name ?? line.lineId)
        }
    }

    func number(of tracking: Tracking) -> TrackView.Number? {
        let address = CarrierPage.address(of: tracking)
        guard let text = tracking.trackingNumber ?? (address == nil ? nil : texts[.carriersPage]) else { return nil }
        return TrackView.Number(digits: text, address: address)
    }

    /// The first promise beside the present estimate; nil where they agree, or nothing was promised.
    func promise(_ first: TimeWindow?, now expected: TimeWindow?, of parcel: TrackedParcel?) -> TrackView.Promise? {
        guard let first, let expected else { return nil }
        let (was, isNow) = (WindowText.short(first, in: zone, format), WindowText.short(expected, in: zone, format))
        // An estimate within the promise refines it.
        guard was != isNow, expected.latest > first.latest || expected.latest < first.earliest else { return nil }
        let revision = [parcel?.revision, tracked.revision]
            .lazy.compactMap { $0 }.first { $0.window("new") == expected }
        let reason = revision.map { self.reason(of: $0, parcel) } ?? texts[.reasonAtDispatch]
        return TrackView.Promise(first: was, now: isNow, reason: reason)
    }

    /// The reason of a change in words: the shop's, the scan's that caused it, or that there is none.
    ///
    /// - Parameter parcel: the parcel of a revision of a parcel's time.
    func reason(of revision: TrackedEvent, _ parcel: TrackedParcel?) -> String {
        if let given = revision.text("reason"), !given.isEmpty { return given }
        if let scanId = revision.text("scanId"),
            let reason = parcel?.scans.first(where: { $0.scanId == scanId })?.reason
        {
            return texts[reason.text]
        }
        return texts[revision.text("source") == "shop" ? .reasonNotGivenByShop : .reasonNotGivenByCarrier]
    }

    /// Tells whether nothing more is to come to the customer.
    var isOver: Bool {
        order.lifecycle == .cancelled || (parcels.allSatisfy { !$0.isComing } && tracked.waiting.isEmpty)
    }

    /// The next time at which the page says something else: the beginning or the end of an expected time, the moment
    /// at which silence is long, or midnight, when “today” becomes another day.
    func changesAt() -> Timestamp {
        let coming = parcels.filter(\.isComing)
        let windows = coming.map(\.expected) + [tracked.expected]
        let moments = windows.flatMap { [$0?.earliest, $0?.latest] } + coming.map(\.silentFrom)
        // A delivery is told in the time of its place, a date by the days of UTC.
        let zones = [zone, PlaceZone.utc] + parcels.compactMap { PlaceZone.zone(of: $0.lastScan?.place) }
        let midnights = Set(zones).map { format.nextMidnight(in: $0) }
        return (moments.compactMap { $0 }.filter { $0 > tracked.now } + midnights).min() ?? tracked.now
    }
}

extension FailureReason {
    var text: TrackText {
        switch self {
        case .carrier: .failCarrier
        case .retailer: .failRetailer
        case .recipient: .failRecipient
        case .customs: .failCustoms
        case .weather: .failWeather
        case .address: .failAddress
        case .other: .failOther
        }
    }
}
