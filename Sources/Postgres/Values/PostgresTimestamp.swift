/// `timestamptz`, a point in time as PostgreSQL keeps it: whole microseconds. `Int64.max` and `Int64.min` are the
/// server's `infinity` and `-infinity`.
package struct PostgresTimestamp: Sendable, Hashable, Comparable, PostgresScalar, PostgresDecodableScalar {
    /// Microseconds since 1970-01-01 00:00 UTC.
    package var unixMicroseconds: Int64

    package init(unixMicroseconds: Int64) {
        self.unixMicroseconds = unixMicroseconds
    }

    package static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.unixMicroseconds < right.unixMicroseconds
    }

    /// The server's zero, 2000-01-01 00:00 UTC, in microseconds since 1970.
    private static let epoch: Int64 = 946_684_800_000_000

    package static var postgresType: PostgresType { .timestamptz }

    package func encode(into buffer: inout [UInt8]) {
        let (value, overflow) = unixMicroseconds.subtractingReportingOverflow(PostgresTimestamp.epoch)
        if unixMicroseconds == .max || unixMicroseconds == .min {
            buffer.appendBigEndian(unixMicroseconds)
        } else {
            // Before the year -290000: the server's own limit is 4713 BC, so only -infinity is left.
            buffer.appendBigEndian(overflow ? Int64.min : value)
        }
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> PostgresTimestamp {
        guard oid == PostgresType.timestamptz.oid, let value = Int64(postgres: bytes) else {
            throw mismatch(bytes, oid)
        }
        if value == .max || value == .min { return PostgresTimestamp(unixMicroseconds: value) }
        let (sum, overflow) = value.addingReportingOverflow(epoch)
        guard !overflow else { throw PostgresError(.decoding, "a timestamp past the range of 64-bit microseconds") }
        return PostgresTimestamp(unixMicroseconds: sum)
    }
}
