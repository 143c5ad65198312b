/// A parcel that has a scan's tracking number. Of several, the greatest is the one that the scan is for.
package struct ParcelMatch: Comparable, Sendable {
    package let parcelId: String
    /// Tells whether the parcel has an entry of the scan's id already.
    let knowsScan: Bool
    let isVoid: Bool
    /// Tells whether the parcel's journey was over at the time of the scan.
    let wasTerminal: Bool
    let packedAt: Timestamp
    /// The version of the order with which the parcel was packed: the order of recording.
    let packedWith: Int

    package static func < (left: ParcelMatch, right: ParcelMatch) -> Bool {
        left.rank.lexicographicallyPrecedes(right.rank)
    }

    package static func == (left: ParcelMatch, right: ParcelMatch) -> Bool { left.rank == right.rank }

    /// The rank by the first value that differs: the scan known, not void, under way at the time of the scan, newest.
    private var rank: [Int64] {
        [
            knowsScan ? 1 : 0, isVoid ? 0 : 1, wasTerminal ? 0 : 1, packedAt.unixMicroseconds, Int64(packedWith),
        ]
    }
}

extension Order {
    /// The parcel of this order that a scan by tracking number is for: the one that knows the scan, else the newest
    /// packed of those not at their end when the scan happened, else the newest; void ones only if there is no other.
    ///
    /// - Returns: nil where no parcel has the number, by that carrier where both are known.
    package func parcelMatch(for target: ScanTarget) -> ParcelMatch? {
        parcels.lazy.filter { parcel in
            parcel.trackings.contains { $0.numberKey == target.numberKey && $0.mayBeOf(carrier: target.carrier) }
        }.map { parcel in
            ParcelMatch(
                parcelId: parcel.parcelId,
                knowsScan: parcel.scan(target.scanId) != nil,
                isVoid: parcel.isVoid,
                wasTerminal: parcel.folded(upTo: target.occurredAt).status.isTerminal,
                packedAt: parcel.packedAt,
                packedWith: parcel.packedWith
            )
        }.max()
    }
}
