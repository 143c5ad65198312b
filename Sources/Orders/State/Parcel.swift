/// Some units on their way together. Its identity is `parcelId`: carriers use tracking numbers again.
package struct Parcel: Sendable, Equatable {
    package let parcelId: String
    package let lines: [LineQuantity]
    package internal(set) var carrier: String?
    package internal(set) var trackingNumber: String?
    package internal(set) var eta: TimeWindow?
    /// In the order of the fold: by time, deliveries last, then by id.
    package internal(set) var scans: [Scan] = []
    package internal(set) var isDispatched = false
    package internal(set) var isVoid = false
    /// Follows from the scans; kept, since it is asked for more often than it changes.
    package private(set) var status = ParcelStatus.packed
    /// Where its units are counted. Not always where its status says: a lost parcel that is found again after its units
    /// were packed anew has none.
    package internal(set) var unitsAt = UnitPlace.open
    /// Lost, and nothing was packed or cancelled since.
    package internal(set) var isLossUnanswered = false

    init(parcelId: String, lines: [LineQuantity]) {
        self.parcelId = parcelId
        self.lines = lines
    }

    mutating func dispatch() {
        isDispatched = true
        fold()
    }

    mutating func void() {
        isVoid = true
        fold()
    }

    mutating func add(_ scan: Scan) {
        guard !scans.contains(where: { $0.scanId == scan.scanId }) else { return }
        let position = scans.lastIndex { $0.precedes(scan) }.map { $0 + 1 } ?? 0
        scans.insert(scan, at: position)
        fold()
    }

    mutating func retract(_ scanId: String) {
        for index in scans.indices where scans[index].scanId == scanId { scans[index].isRetracted = true }
        fold()
    }

    /// The status is the last counting scan's, except that a delivery stays until the carrier takes the parcel back.
    mutating func fold() {
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
