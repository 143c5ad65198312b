package import Foundation
package import OrderLog
package import Orders

/// Which orders of the list, and how many. All filters must match; texts match exactly.
package struct OrderListRequest: Sendable {
    /// Whose orders at all.
    package var scope: ReadScope
    /// Any of these headlines; empty for all.
    package var statuses: [String] = []
    package var customer: String?
    package var number: String?
    /// Of any parcel.
    package var carrier: String?
    /// Of any parcel.
    package var trackingNumber: String?
    package var attention: Bool?
    /// Placed at this time or later, so that one window's end is the next one's beginning.
    package var placedAfter: Timestamp?
    /// Placed earlier than this.
    package var placedBefore: Timestamp?
    package var cursor: OrderListCursor?
    package var limit = 100

    package init(scope: ReadScope) {
        self.scope = scope
    }
}

/// The last order of a page: the next one begins after it. Orders stand newest placed first, and by descending id where
/// they were placed at the same time.
package struct OrderListCursor: Sendable, Hashable {
    package let placedAt: Timestamp
    package let orderId: UUID

    package init(placedAt: Timestamp, orderId: UUID) {
        self.placedAt = placedAt
        self.orderId = orderId
    }

    private static let layout: UInt8 = 1

    /// 25 bytes: the layout's number, the time in microseconds since 1970, the id.
    package var bytes: [UInt8] {
        var bytes = [Self.layout]
        withUnsafeBytes(of: placedAt.unixMicroseconds.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: orderId.uuid) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Nil for anything that `bytes` does not give.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 25, bytes[0] == Self.layout else { return nil }
        let micros = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        placedAt = Timestamp(unixMicroseconds: Int64(bitPattern: micros))
        orderId = bytes[9...].withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
        // A time outside the years that the log knows was not ours.
        guard placedAt.unixMicroseconds == Int64(bitPattern: micros) else { return nil }
    }
}

/// A page of the list.
package struct OrderListPage: Sendable {
    package let orders: [StoredOrder]
    /// Where the next page begins; nil on the last.
    package let next: OrderListCursor?
    /// The last event of the log that the page reflects.
    package let position: LogPosition
}
