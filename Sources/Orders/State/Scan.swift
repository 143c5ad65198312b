/// A carrier's report of a parcel at one time.
package struct Scan: Sendable, Equatable {
    package private(set) var scanId: String
    package private(set) var code: ScanCode
    package private(set) var occurredAt: Timestamp
    package private(set) var place: Place?
    package private(set) var reason: FailureReason?
    package private(set) var proof: Proof?
    /// Tells whether the scan was taken back: it stays in the timeline and does not count.
    package internal(set) var isRetracted = false

    init(
        scanId: String,
        code: ScanCode,
        occurredAt: Timestamp,
        place: Place? = nil,
        reason: FailureReason? = nil,
        proof: Proof? = nil
    ) {
        self.scanId = scanId
        self.code = code
        self.occurredAt = occurredAt
        self.place = place
        self.reason = reason
        self.proof = proof
    }

    /// Tells whether this scan counts before another one: by time, deliveries last, then by id. The order in which
    /// scans arrive does not matter.
    func precedes(_ other: Scan) -> Bool {
        if occurredAt != other.occurredAt { return occurredAt < other.occurredAt }
        let (isDelivery, otherIsDelivery) = (code == .delivered, other.code == .delivered)
        if isDelivery != otherIsDelivery { return otherIsDelivery }
        return scanId < other.scanId
    }
}

extension Scan: OrderPart {
    static var blank: Scan { Scan(scanId: "", code: .inTransit, occurredAt: .earliest) }

    static let meanings = [
        "code": "The event that the scan reports.",
        "reason": "The cause of a failed delivery or of an exception.",
        "occurredAt": "The time of the scan.",
        "retracted": "Whether the scan was taken back and does not count.",
    ]

    static var schemaName: String? { "Scan" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("scanId", &scanId)
        visitor.field("code", &code)
        visitor.field("occurredAt", &occurredAt)
        visitor.field("place", &place)
        visitor.field("reason", &reason)
        visitor.field("proof", &proof)
        visitor.field("retracted", &isRetracted)
    }
}
