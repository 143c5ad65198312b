import Foundation
import Orders

/// An order with the events that its customer may see, at a time of reading: all that the page is made of.
struct TrackedOrder: Sendable {
    let order: Order
    let events: [TrackedEvent]
    let now: Timestamp
    /// The time zone in which the customer waits.
    let zone: TimeZone
    /// Tells whether nothing says where the customer waits.
    let isZoneUnknown: Bool
    /// The parcels that the customer hears of: an unpacked one never was under way.
    let parcels: [TrackedParcel]
    /// The last change of the time at which the order as a whole is expected; nil where none was changed.
    let revision: TrackedEvent?
    private let linesById: [String: OrderLine]

    /// - Parameters:
    ///   - events: the order's events that customers see, oldest first.
    ///   - readerZone: the name of the reader's time zone, for an order that does not say where it goes.
    init(_ order: Order, events: [TrackedEvent], now: Timestamp, readerZone: String? = nil) {
        self.order = order
        let events = events.filter { $0.version <= order.version }
        self.events = events
        self.now = now
        let known = Self.zone(of: order)
        zone = known ?? readerZone.flatMap(PlaceZone.zone(named:)) ?? PlaceZone.utc
        isZoneUnknown = known == nil
        let lines = Dictionary(order.lines.map { ($0.lineId, $0) }, uniquingKeysWith: { first, _ in first })
        linesById = lines
        // An order has up to 500 parcels and thousands of events: each event is looked at once.
        let eventsByParcel = Dictionary(grouping: events) { $0.text("parcelId") }
        parcels = order.parcels.filter { !$0.isVoid }.map { parcel in
            TrackedParcel(parcel, of: order, lines: lines, events: eventsByParcel[parcel.parcelId] ?? [], now: now)
        }
        revision = eventsByParcel[nil]?.last(where: \.isNewEstimate)
    }

    func line(_ lineId: String) -> OrderLine? { linesById[lineId] }

    /// The lines with units that are in no parcel.
    var waiting: [LineQuantity] {
        order.lines.compactMap { $0.open > 0 ? LineQuantity(lineId: $0.lineId, quantity: $0.open) : nil }
    }

    /// Tells whether units are open again: their parcel was lost or came back, or the customer reported them short.
    var isOwedAgain: Bool {
        !waiting.isEmpty
            && (parcels.contains { $0.parcel.isLossUnresolved } || order.claims.contains(where: \.isUnresolved))
    }

    /// The time at which the units in no parcel are expected. A promise was for the first time that they were sent.
    var expected: TimeWindow? {
        if let eta = order.eta { return eta }
        guard !isOwedAgain else { return nil }
        return order.lines.lazy.filter { $0.open > 0 }.compactMap(\.promised).max { $0.latest < $1.latest }
            ?? order.promised
    }

    /// The time that the customer was told first: the promise, or else the first estimate that was revised.
    var promised: TimeWindow? {
        order.promised ?? events.first { $0.type == .etaRevised && $0.text("parcelId") == nil }?.window("old")
    }

    /// The zone of the place where the customer collects or receives: that of a pickup place, of the last scan in the
    /// order's country, of that country, or of the last scan.
    private static func zone(of order: Order) -> TimeZone? {
        let parcels = order.parcels.filter { !$0.isVoid }
        if let pickup = parcels.lazy.compactMap({ PlaceZone.zone(of: $0.pickupPlace) }).first { return pickup }
        let places = parcels.flatMap(\.scans).filter { !$0.isRetracted && !$0.isBeforeOrder }
            .sorted { $0.occurredAt < $1.occurredAt }.compactMap(\.place)
        if let country = order.country {
            let domestic = places.last { $0.country?.uppercased() == country.uppercased() && $0.timeZone != nil }
            if let zone = PlaceZone.zone(of: domestic) ?? PlaceZone.zone(ofCountry: country) { return zone }
        }
        return places.lazy.reversed().compactMap { PlaceZone.zone(of: $0) }.first
    }
}
