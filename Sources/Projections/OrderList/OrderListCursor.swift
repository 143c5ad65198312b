package import Foundation
package import Orders

/// The last order of a page: the next page begins after it. Orders are sorted newest placed first, and by descending id
/// where they were placed at the same time.
package struct OrderListCursor: Sendable, Hashable {
    package let placedAt: Timestamp
    package let orderId: UUID

    package init(placedAt: Timestamp, orderId: UUID) {
        self.placedAt = placedAt
        self.orderId = orderId
    }

    private static let layout: UInt8 = 1

    /// The cursor in 25 bytes: the number of the layout, the time in microseconds since 1970, the id.
    package var bytes: [UInt8] {
        var bytes = [Self.layout]
        withUnsafeBytes(of: placedAt.unixMicroseconds.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: orderId.uuid) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Reads the bytes of a cursor; nil for all other bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 25, bytes[0] == Self.layout else { return nil }
        let micros = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        placedAt = Timestamp(unixMicroseconds: Int64(bitPattern: micros))
        orderId = bytes[9...].withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
        // A cursor of this list has no time outside the years that the log knows.
        guard placedAt.unixMicroseconds == Int64(bitPattern: micros) else { return nil }
    }
}
