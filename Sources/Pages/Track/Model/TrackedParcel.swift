import Orders
import StrictJSON

/// A parcel as its customer hears of it, at a time of reading.
struct TrackedParcel: Sendable {
    let parcel: Parcel
    /// The events of the parcel that customers see, oldest first.
    let events: [TrackedEvent]
    /// The scans that customers see.
    let scans: [Scan]
    /// The time at which the shop said that the parcel left; nil where only a scan shows it.
    let handedOverAt: Timestamp?
    /// The time at which the parcel is expected; nil where nobody said.
    let expected: TimeWindow?
    /// The time that the customer was told first.
    let promised: TimeWindow?
    private let now: Timestamp

    /// The time without a scan after which the page says so, in seconds: two days on the way, since carriers do not
    /// scan at weekends and on the sea, and half a day in the delivery vehicle.
    static let silence = (onTheWay: 48 * 3600, outForDelivery: 12 * 3600)

    /// - Parameters:
    ///   - order: the parcel's order.
    ///   - lines: the order's lines by id.
    ///   - events: the parcel's events that customers see, oldest first.
    init(_ parcel: Parcel, of order: Order, lines: [String: OrderLine], events: [TrackedEvent], now: Timestamp) {
        self.parcel = parcel
        self.events = events
        self.now = now
        scans = parcel.scans.filter { !$0.isBeforeOrder }
        handedOverAt =
            events.first { $0.type == .parcelDispatched && $0.data["implied"]?.bool != true }?.occurredAt
        let promisedOfLines = parcel.lines.lazy.compactMap { lines[$0.lineId]?.promised }
            .max { $0.latest < $1.latest }
        expected = parcel.eta ?? order.eta ?? promisedOfLines ?? order.promised
        let firstEstimate = events.first { $0.type == .etaRevised }?.window("old")
        promised = promisedOfLines ?? order.promised ?? firstEstimate
    }

    /// The last change of the parcel's expected time; nil where none was changed.
    var revision: TrackedEvent? { events.last(where: \.isNewEstimate) }

    /// The scans that count, oldest first.
    var counting: [Scan] { scans.filter { !$0.isRetracted } }

    /// The last report that counts.
    var lastScan: Scan? { counting.last }

    /// Tells whether the parcel is still to come to the customer.
    var isComing: Bool {
        switch parcel.status {
        case .packed, .inTransit, .outForDelivery, .readyForPickup, .attemptFailed, .exception: true
        case .delivered, .returning, .returnedToSender, .lost, .void: false
        }
    }

    /// Tells whether the carrier has a label and has said nothing.
    var isUnscanned: Bool {
        parcel.kind == .shipped && counting.isEmpty
            && (parcel.status == .inTransit || (parcel.status == .packed && parcel.tracking.trackingNumber != nil))
    }

    /// The time by which the parcel should have arrived, where that is past; a parcel that waits to be collected is not
    /// late.
    var lateSince: Timestamp? {
        guard isComing, parcel.status != .readyForPickup, let expected, expected.latest < now else { return nil }
        return expected.latest
    }

    /// The time of the last news of a parcel whose carrier should have said more; nil for others.
    var silentSince: Timestamp? {
        guard let (since, limit) = listening, since.adding(seconds: limit) <= now else { return nil }
        return since
    }

    /// The time at which `silentSince` begins to be; nil where it is already, or no news is expected.
    var silentFrom: Timestamp? {
        guard let (since, limit) = listening else { return nil }
        let begins = since.adding(seconds: limit)
        return begins > now ? begins : nil
    }

    /// The last news of a parcel that should be scanned, and the seconds after which there should be more.
    private var listening: (since: Timestamp, limit: Int)? {
        guard parcel.kind == .shipped, let since = lastScan?.occurredAt ?? handedOverAt else { return nil }
        switch parcel.status {
        case .inTransit: return (since, Self.silence.onTheWay)
        case .outForDelivery: return (since, Self.silence.outForDelivery)
        case .packed, .readyForPickup, .attemptFailed, .exception, .delivered, .returning, .returnedToSender, .lost,
            .void:
            return nil
        }
    }

    /// The report of the delivery.
    var delivery: Scan? { counting.last { $0.code == .delivered } }

    /// The place at which the customer collects the parcel.
    var pickupPlace: Place? {
        parcel.pickupPlace ?? counting.last { $0.code == .readyForPickup }?.place
    }
}
