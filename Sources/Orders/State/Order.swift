package import FoundationEssentials

/// The state of an order, folded from its events. Amounts are minor units of `currency`.
package struct Order: Sendable, Equatable {
    package let orderId: UUID
    /// The number of events so far; 0 before the order is placed.
    package internal(set) var version = 0
    package internal(set) var number = ""
    package internal(set) var shop = ""
    package internal(set) var customer = ""
    package internal(set) var lifecycle = Lifecycle.placed
    package internal(set) var placedAt = Timestamp(unixMicroseconds: 0)
    package internal(set) var contactRef: String?
    package internal(set) var country: String?
    package internal(set) var currency = ""
    package internal(set) var locale = ""
    package internal(set) var terms = Terms.prepaid
    package internal(set) var taxIncluded = false
    package internal(set) var shipping: Int64 = 0
    package internal(set) var tax: Int64 = 0
    package internal(set) var discount: Int64 = 0
    package internal(set) var fees: [Fee] = []
    package internal(set) var total: Int64 = 0
    package internal(set) var promised: TimeWindow?
    package internal(set) var eta: TimeWindow?
    package internal(set) var metadata = Metadata()
    /// The metadata that customers do not see.
    package internal(set) var privateMetadata = Metadata()
    package internal(set) var relatesTo: RelatesTo?
    package internal(set) var lines: [OrderLine] = []
    /// The holds, released ones included.
    package internal(set) var holds: [Hold] = []
    package internal(set) var parcels: [Parcel] = []
    package internal(set) var payment = Payment()
    package internal(set) var returns: [Return] = []
    package internal(set) var claims: [Claim] = []
    package internal(set) var notes: [Note] = []
    /// The ids of the adjustments so far.
    package internal(set) var adjustmentIds: [String] = []
    /// The number of edits so far.
    package internal(set) var editCount = 0
    /// The anomalies that are not resolved.
    package internal(set) var anomalies: [OpenAnomaly] = []
    /// The headline that was announced with the last event. It stays, even where today's rules would give another one.
    /// Nil before the first event.
    package internal(set) var announced: OrderStatus?

    /// The order before its first event.
    package init(orderId: UUID) {
        self.orderId = orderId
    }

    package var openHolds: [Hold] { holds.filter { !$0.isReleased } }

    package var isOnHold: Bool { holds.contains { !$0.isReleased } }

    /// Tells whether the order is placed, and neither cancelled nor closed.
    var isActive: Bool { version > 0 && (lifecycle == .placed || lifecycle == .confirmed) }

    func parcelIndex(_ parcelId: String) -> Int? {
        parcels.firstIndex { $0.parcelId == parcelId }
    }

    func returnIndex(_ returnId: String) -> Int? {
        returns.firstIndex { $0.returnId == returnId }
    }
}
