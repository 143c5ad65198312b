/// Units that travel together. Its identity is `parcelId`: carriers use tracking numbers again.
package struct Parcel: Sendable, Equatable {
    package private(set) var parcelId: String
    package private(set) var lines: [LineQuantity]
    package internal(set) var carrier: String?
    package internal(set) var trackingNumber: String?
    package internal(set) var eta: TimeWindow?
    /// The scans in the order in which they count: by time, deliveries last, then by id.
    package internal(set) var scans: [Scan] = []
    package internal(set) var isDispatched = false
    package internal(set) var isVoid = false
    /// The parcel's status. It follows from the scans, and is kept because it is read more often than it changes.
    package private(set) var status = ParcelStatus.packed
    /// The place at which the order counts the parcel's units. It can differ from the place that the status implies: a
    /// lost parcel that is found after its units were packed anew has no units.
    package internal(set) var unitsAt = UnitPlace.open
    /// Tells whether the parcel is lost, and nothing was packed or cancelled since.
    package internal(set) var isLossUnresolved = false

    init(parcelId: String, lines: [LineQuantity]) {
        self.parcelId = parcelId
        self.lines = lines
    }

    /// Tells whether the parcel has a problem: until the next scan, or after a loss until something is packed or
    /// cancelled.
    var needsAttention: Bool { status == .attemptFailed || status == .exception || isLossUnresolved }

    mutating func dispatch() {
        isDispatched = true
        foldScans()
    }

    mutating func void() {
        isVoid = true
        foldScans()
    }

    /// Adds a scan at its place in the timeline. A known scan id changes nothing.
    mutating func add(_ scan: Scan) {
        guard !scans.contains(where: { $0.scanId == scan.scanId }) else { return }
        let position = scans.lastIndex { $0.precedes(scan) }.map { $0 + 1 } ?? 0
        scans.insert(scan, at: position)
        foldScans()
    }

    /// Marks a scan as taken back.
    mutating func retract(scanId: String) {
        for index in scans.indices where scans[index].scanId == scanId { scans[index].isRetracted = true }
        foldScans()
    }

    /// Computes the status: the last counting scan's, except that a delivery stays until the carrier takes the parcel
    /// back.
    private mutating func foldScans() {
        guard !isVoid else {
            status = .void
            return
        }
        var folded = isDispatched ? ParcelStatus.inTransit : .packed
        for scan in scans where !scan.isRetracted {
            if folded == .delivered, scan.code != .returning { continue }
            folded = ParcelStatus(scan.code)
        }
        status = folded
    }
}

extension Parcel: OrderPart {
    static var blank: Parcel { Parcel(parcelId: "", lines: []) }

    static let meanings = [
        "status": "The parcel's status.",
        "lines": "The units in the parcel.",
        "scans": "The scans in the order in which they count.",
    ]

    static var schemaName: String? { "Parcel" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("parcelId", &parcelId)
        visitor.computed("status", status)
        visitor.field("lines", &lines)
        visitor.field("carrier", &carrier)
        visitor.field("trackingNumber", &trackingNumber)
        visitor.field("eta", &eta)
        visitor.flag("dispatched", &isDispatched, for: .storage)
        visitor.flag("void", &isVoid, for: .storage)
        visitor.field("unitsAt", &unitsAt, for: .storage)
        visitor.flag("lossUnanswered", &isLossUnresolved, for: .storage)
        visitor.parts("scans", &scans)
    }

    mutating func completeReading() { foldScans() }
}
