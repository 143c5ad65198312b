/// Units that travel together. Its identity is `parcelId`: carriers use tracking numbers again.
package struct Parcel: Sendable, Equatable {
    package private(set) var parcelId: String
    package private(set) var kind: ParcelKind
    package private(set) var lines: [LineQuantity]
    package internal(set) var tracking: Tracking
    /// The trackings that others replaced, the oldest first.
    package internal(set) var former: [Tracking] = []
    package private(set) var pickupPlace: Place?
    package private(set) var origin: Place?
    package internal(set) var eta: TimeWindow?
    /// The sources of the expected time besides the scans.
    package internal(set) var etaSources: [EtaSourceEntry] = []
    /// The scans in the order in which they count: by time, deliveries last, then by id.
    package internal(set) var scans: [Scan] = []
    var dispatchState = ParcelDispatchState.none
    package internal(set) var isVoid = false
    /// The status that the last event of the parcel announced.
    package internal(set) var status = ParcelStatus.packed
    /// The place at which the order counts the parcel's units. It can differ from the place that the status implies: a
    /// lost parcel that is found after its units were packed anew has no units.
    package internal(set) var unitsAt = UnitPlace.open
    /// Tells whether the parcel is lost or came back to the sender, and nothing was packed or cancelled since.
    package internal(set) var isLossUnresolved = false
    /// The delivered units that the customer reported short; the order counts them as open.
    package internal(set) var short: [LineQuantity] = []
    package private(set) var packedAt: Timestamp
    /// The version of the order with which the parcel was packed: a greater one is a newer parcel.
    package private(set) var packedWith: Int

    init(
        parcelId: String,
        lines: [LineQuantity],
        kind: ParcelKind = .shipped,
        tracking: Tracking = Tracking(),
        pickupPlace: Place? = nil,
        origin: Place? = nil,
        packedAt: Timestamp = .earliest,
        packedWith: Int = 0
    ) {
        self.parcelId = parcelId
        self.lines = lines
        self.kind = kind
        self.tracking = tracking
        self.pickupPlace = pickupPlace
        self.origin = origin
        self.packedAt = packedAt
        self.packedWith = packedWith
    }

    /// The largest number of former trackings.
    static let formerLimit = 20

    /// Tells whether the parcel has a problem: until the next scan, or after a loss or a way back until something is
    /// packed or cancelled.
    ///
    /// - Parameter hasOpenUnits: whether the order has open units; without any, nothing can be packed or cancelled.
    func needsAttention(hasOpenUnits: Bool) -> Bool {
        status == .attemptFailed || status == .exception || (isLossUnresolved && hasOpenUnits)
    }

    /// Tells whether the shop can still send the parcel or unpack it: it has not left. A parcel that is ready for
    /// pickup has not, until a dispatch or another scan says so.
    var isPacked: Bool { !isVoid && dispatchState == .none && unitPlace == .packed }

    /// The place to which the parcel's status puts its units.
    var unitPlace: UnitPlace { place(of: status) }

    /// The place to which a status would put the parcel's units.
    func place(of status: ParcelStatus) -> UnitPlace {
        kind == .pickup && status == .readyForPickup && dispatchState == .none ? .packed : status.unitPlace
    }

    /// The units that move with the parcel: those that the customer did not report short.
    var movingLines: [LineQuantity] {
        guard !short.isEmpty else { return lines }
        return lines.compactMap { line in
            let left = line.quantity - shortUnits(of: line.lineId)
            return left > 0 ? LineQuantity(lineId: line.lineId, quantity: left) : nil
        }
    }

    /// The number of units of a line that the customer reported short.
    func shortUnits(of lineId: String) -> Int {
        short.reduce(0) { $1.lineId == lineId ? $0 + $1.quantity : $0 }
    }

    /// The entry of an id in the timeline.
    func scan(_ scanId: String) -> Scan? { scans.first { $0.scanId == scanId } }

    /// Tells whether a scan shows that the parcel left: every one that counts, except that a pickup parcel is ready
    /// where it was packed.
    func impliesDispatch(_ scan: Scan) -> Bool {
        scan.counts && !(kind == .pickup && scan.code == .readyForPickup) && !scan.isShopsWord
    }

    /// Adds a scan at its place in the timeline. A known scan id changes nothing.
    mutating func add(_ scan: Scan) {
        guard self.scan(scan.scanId) == nil else { return }
        let position = scans.lastIndex { $0.precedes(scan) }.map { $0 + 1 } ?? 0
        scans.insert(scan, at: position)
    }

    /// Marks a scan as taken back.
    mutating func retract(scanId: String) {
        for index in scans.indices where scans[index].scanId == scanId { scans[index].isRetracted = true }
    }

    /// Takes back a dispatch that only scans implied, when none of those that count implies it any more.
    mutating func retractImpliedDispatch() {
        guard dispatchState == .implied, !scans.contains(where: impliesDispatch) else { return }
        dispatchState = .none
    }

    /// The trackings by which the parcel is known: the current one and former ones.
    var trackings: [Tracking] { [tracking] + former }

    /// Replaces the tracking. A number that is given up stays known.
    mutating func setTracking(_ new: Tracking) {
        if let key = tracking.numberKey, key != new.numberKey, !former.contains(where: { $0.numberKey == key }) {
            former.append(tracking)
        }
        former.removeAll { $0.numberKey != nil && $0.numberKey == new.numberKey }
        tracking = new
    }
}

extension Parcel: OrderPart {
    static var blank: Parcel { Parcel(parcelId: "", lines: []) }

    static let meanings = [
        "status": "The parcel's status.",
        "kind": "The way in which the units reach the customer.",
        "lines": "The units in the parcel.",
        "former": "The trackings that others replaced, the oldest first.",
        "pickupPlace": "The place at which the customer collects the parcel.",
        "origin": "The place from which the parcel is sent.",
        "scans": "The scans in the order in which they count.",
    ]

    static var schemaName: String? { "Parcel" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        let includesHidden = visitor.includesHiddenParts
        visitor.field("parcelId", &parcelId)
        visitor.field("kind", &kind)
        visitor.field("status", &status)
        visitor.field("lines", &lines)
        tracking.visitFields(&visitor)
        visitor.parts("former", &former)
        visitor.field("pickupPlace", &pickupPlace)
        visitor.field("origin", &origin)
        visitor.field("eta", &eta)
        visitor.parts("etaSources", &etaSources, for: .storage)
        visitor.field("dispatch", &dispatchState, for: .storage)
        visitor.flag("void", &isVoid, for: .storage)
        visitor.field("unitsAt", &unitsAt, for: .storage)
        visitor.flag("lossUnresolved", &isLossUnresolved, for: .storage)
        var short = short.isEmpty ? nil : short
        visitor.field("short", &short, as: .lines, for: .storage)
        self.short = short ?? []
        visitor.field("packedAt", &packedAt, for: .storage)
        visitor.field("packedWith", &packedWith, as: .partCount, for: .storage)
        visitor.parts("scans", &scans, isShown: { includesHidden || !$0.isBeforeOrder })
    }
}
