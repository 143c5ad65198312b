/// What a carrier reported of a parcel at one time.
package struct Scan: Sendable, Equatable {
    package let scanId: String
    package let code: ScanCode
    package let occurredAt: Timestamp
    package let place: Place?
    package let reason: FailureReason?
    package let proof: Proof?
    package internal(set) var isRetracted = false

    init(
        scanId: String,
        code: ScanCode,
        occurredAt: Timestamp,
        place: Place?,
        reason: FailureReason?,
        proof: Proof?,
        isRetracted: Bool = false
    ) {
        self.scanId = scanId
        self.code = code
        self.occurredAt = occurredAt
        self.place = place
        self.reason = reason
        self.proof = proof
        self.isRetracted = isRetracted
    }

    /// The order in which scans count, whatever the order in which they arrive.
    func precedes(_ other: Scan) -> Bool {
        if occurredAt != other.occurredAt { return occurredAt < other.occurredAt }
        let (isDelivery, otherIsDelivery) = (code == .delivered, other.code == .delivered)
        if isDelivery != otherIsDelivery { return otherIsDelivery }
        return scanId < other.scanId
    }
}
