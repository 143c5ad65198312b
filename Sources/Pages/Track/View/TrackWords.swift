import Foundation
import Orders

/// Makes the parts of the customer's page from an order, in a language. Its extensions have a file for each part.
struct TrackWords {
    let tracked: TrackedOrder
    let format: TrackFormat
    let texts: TrackTexts
    let parcels: [TrackedParcel]

    init(_ tracked: TrackedOrder, _ page: TrackLocale) {
        self.tracked = tracked
        format = TrackFormat(page, now: tracked.now)
        texts = format.texts
        parcels = tracked.parcels
    }

    var order: Order { tracked.order }

    var zone: TimeZone { tracked.zone }

    /// The name of the zone where the reader could not know it.
    var zoneName: String? { tracked.isZoneUnknown ? format.offset(tracked.now, in: zone) : nil }

    /// Tells whether all of the order is in one parcel: then the large date is the parcel's.
    var isOnly: Bool { parcels.count == 1 && tracked.waiting.isEmpty }

    /// Tells whether units are open again: their parcel was lost or came back, or the customer reported them short.
    var isOwedAgain: Bool {
        !tracked.waiting.isEmpty
            && (parcels.contains { $0.parcel.isLossUnresolved } || order.claims.contains(where: \.isUnresolved))
    }

    /// Tells whether all parcels that left are waiting for their first scan.
    var isUnscanned: Bool {
        let left = parcels.filter { $0.parcel.status != .packed }
        return !left.isEmpty && left.allSatisfy(\.isUnscanned)
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
    func promise(_ first: TimeWindow?, now expected: TimeWindow?, of parcelId: String?) -> TrackView.Promise? {
        guard let first, let expected else { return nil }
        let (was, isNow) = (WindowText.short(first, in: zone, format), WindowText.short(expected, in: zone, format))
        // An estimate within the promise refines it.
        guard was != isNow, expected.latest > first.latest || expected.latest < first.earliest else { return nil }
        let revision = [parcelId.flatMap(tracked.revision), tracked.revision(of: nil)]
            .lazy.compactMap { $0 }.first { $0.window("new") == expected }
        let reason = revision.map(reason) ?? texts[.reasonAtDispatch]
        return TrackView.Promise(first: was, now: isNow, reason: reason)
    }

    /// The reason of a change in words: the shop's, the scan's that caused it, or that there is none.
    func reason(of revision: TrackedEvent) -> String {
        if let given = revision.text("reason"), !given.isEmpty { return given }
        if let scanId = revision.text("scanId"), let parcelId = revision.text("parcelId"),
            let parcel = parcels.first(where: { $0.parcel.parcelId == parcelId }),
            let reason = parcel.scans.first(where: { $0.scanId == scanId })?.reason
        {
            return texts[reason.text]
        }
        return texts[revision.text("source") == "shop" ? .reasonNotGivenByShop : .reasonNotGivenByCarrier]
    }

    /// Tells whether nothing more is to come to the customer.
    var isOver: Bool {
        order.lifecycle == .cancelled || (parcels.allSatisfy { !$0.isComing } && tracked.waiting.isEmpty)
    }

    /// The next time at which the page says something else: the end of an expected time, the moment at which silence is
    /// long, or midnight, when “today” becomes another day.
    func changesAt() -> Timestamp {
        let coming = parcels.filter(\.isComing)
        let moments = coming.flatMap { [$0.expected?.latest, $0.silentFrom] } + [tracked.expected?.latest]
        let midnights = [format.nextMidnight(in: zone), format.nextMidnight(in: PlaceZone.utc)]
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
