/// An entry in a parcel's timeline: a carrier's report, or the shop's word on the parcel's end.
package struct Scan: Sendable, Equatable {
    package private(set) var scanId: String
    package private(set) var code: ScanCode
    package private(set) var occurredAt: Timestamp
    package private(set) var place: Place?
    package private(set) var reason: FailureReason?
    /// The time of arrival that the carrier expected with this scan.
    package private(set) var eta: TimeWindow?
    package private(set) var proof: Proof?
    /// The carrier's finer word.
    package private(set) var detail: String?
    /// The version of the order with this entry: the order in which entries were recorded.
    package internal(set) var recordedWith = 0
    /// Tells whether a delivery counts during the way back too, as it did when the event was written (schema 1).
    package internal(set) var overrulesWayBack = false
    /// Tells whether the shop said it, where no carrier speaks: a later scan overrules it.
    package private(set) var isShopsWord = false
    /// Tells whether the scan is older than the order by more than a day. It does not count, and customers do not see
    /// it: carriers use tracking numbers again.
    package internal(set) var isBeforeOrder = false
    /// Tells whether the scan was taken back: it stays in the timeline and does not count.
    package internal(set) var isRetracted = false

    init(
        scanId: String,
        code: ScanCode,
        occurredAt: Timestamp,
        place: Place? = nil,
        reason: FailureReason? = nil,
        eta: TimeWindow? = nil,
        proof: Proof? = nil,
        detail: String? = nil,
        isShopsWord: Bool = false
    ) {
        self.scanId = scanId
        self.code = code
        self.occurredAt = occurredAt
        self.place = place
        self.reason = reason
        self.eta = eta
        self.proof = proof
        self.detail = detail
        self.isShopsWord = isShopsWord
    }

    /// The same scan at a time.
    func at(_ time: Timestamp) -> Scan {
        var scan = self
        scan.occurredAt = time
        return scan
    }

    /// The same scan as the event of that version records it.
    func recorded(with version: Int) -> Scan {
        var scan = self
        scan.recordedWith = version
        return scan
    }

    /// Tells whether the scan has a say in the parcel's status and expected time.
    var counts: Bool { !isRetracted && !isBeforeOrder }

    /// Tells whether this scan counts before another one: by time, deliveries last, then by id. The order in which
    /// scans arrive does not matter.
    func precedes(_ other: Scan) -> Bool {
        if occurredAt != other.occurredAt { return occurredAt < other.occurredAt }
        let (isDelivery, otherIsDelivery) = (code == .delivered, other.code == .delivered)
        if isDelivery != otherIsDelivery { return otherIsDelivery }
        return scanId < other.scanId
    }

    /// The names of the fields in which another report under the same id differs.
    func differences(from other: Scan) -> [String] {
        var names: [String] = []
        if isShopsWord != other.isShopsWord || code != other.code { names.append("code") }
        if occurredAt != other.occurredAt { names.append("occurredAt") }
        if place != other.place { names.append("place") }
        if reason != other.reason { names.append("reason") }
        if eta != other.eta { names.append("eta") }
        if proof != other.proof { names.append("proof") }
        if detail != other.detail { names.append("detail") }
        return names
    }
}

extension Scan: OrderPart {
    static var blank: Scan { Scan(scanId: "", code: .inTransit, occurredAt: .earliest) }

    static let meanings = [
        "code": "The event that the scan reports.",
        "reason": "The cause of a failed delivery or of an exception.",
        "occurredAt": "The time of the scan.",
        "detail": "The carrier's finer word, an id. The customer reads it.",
        "retracted": "Whether the scan was taken back and does not count.",
    ]

    static var schemaName: String? { "Scan" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("scanId", &scanId)
        visitor.field("code", &code)
        visitor.field("occurredAt", &occurredAt)
        visitor.field("place", &place)
        visitor.field("reason", &reason)
        visitor.field("detail", &detail)
        visitor.field("proof", &proof)
        visitor.field("eta", &eta, as: .window, for: .storage)
        visitor.flag("retracted", &isRetracted)
        visitor.field("recordedWith", &recordedWith, as: .partCount, for: .storage)
        visitor.flag("beforeOrder", &isBeforeOrder, for: .storage)
        visitor.flag("shopsWord", &isShopsWord, for: .storage)
        visitor.flag("overrulesWayBack", &overrulesWayBack, for: .storage)
    }
}
