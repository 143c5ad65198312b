extension FixedWidthInteger {
    /// A big-endian integer of exactly this width.
    fileprivate static func read(_ bytes: UnsafeRawBufferPointer) -> Self? {
        guard bytes.count == MemoryLayout<Self>.size else { return nil }
        return Self(bigEndian: bytes.loadUnaligned(as: Self.self))
    }

    /// Any of int2, int4, int8 and oid, when the value fits.
    fileprivate static func readAny(_ bytes: UnsafeRawBufferPointer, oid: UInt32) -> Self? {
        switch oid {
        case PostgresType.int8.oid: Int64.read(bytes).flatMap { Self(exactly: $0) }
        case PostgresType.int4.oid: Int32.read(bytes).flatMap { Self(exactly: $0) }
        case PostgresType.int2.oid: Int16.read(bytes).flatMap { Self(exactly: $0) }
        case PostgresType.oid.oid: UInt32.read(bytes).flatMap { Self(exactly: $0) }
        default: nil
        }
    }
}

/// `int2`. Read from any integer column whose value fits, as are the other integers.
extension Int16: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .int2 }
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Int16 {
        guard let value = readAny(bytes, oid: oid) else { throw mismatch(bytes, oid) }
        return value
    }
}

/// `int4`.
extension Int32: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .int4 }
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Int32 {
        guard let value = readAny(bytes, oid: oid) else { throw mismatch(bytes, oid) }
        return value
    }
}

/// `int8`.
extension Int64: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .int8 }
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Int64 {
        guard let value = readAny(bytes, oid: oid) else { throw mismatch(bytes, oid) }
        return value
    }
}

/// `int8`.
extension Int: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .int8 }
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(Int64(self)) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Int {
        guard let value = readAny(bytes, oid: oid) else { throw mismatch(bytes, oid) }
        return value
    }
}

/// `float8`. Read from `float4` too.
extension Double: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .float8 }
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(bitPattern) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Double {
        if oid == PostgresType.float8.oid, let bits = UInt64.read(bytes) { return Double(bitPattern: bits) }
        if oid == PostgresType.float4.oid, let bits = UInt32.read(bytes) { return Double(Float(bitPattern: bits)) }
        throw mismatch(bytes, oid)
    }
}

/// `bool`.
extension Bool: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .bool }
    package func encode(into buffer: inout [UInt8]) { buffer.append(self ? 1 : 0) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Bool {
        guard oid == PostgresType.bool.oid, bytes.count == 1 else { throw mismatch(bytes, oid) }
        return bytes[0] != 0
    }
}

/// `timestamptz`, a point in time as PostgreSQL keeps it: whole microseconds. `Int64.max` and `Int64.min` are the server's
/// `infinity` and `-infinity`.
package struct PostgresTimestamp: Sendable, Hashable, Comparable, PostgresScalar, PostgresDecodableScalar {
    /// Microseconds since 1970-01-01 00:00 UTC.
    package var unixMicroseconds: Int64

    package init(unixMicroseconds: Int64) {
        self.unixMicroseconds = unixMicroseconds
    }

    package static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.unixMicroseconds < right.unixMicroseconds
    }

    /// The server counts from 2000-01-01 00:00 UTC.
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
        guard oid == PostgresType.timestamptz.oid, let value = Int64.read(bytes) else { throw mismatch(bytes, oid) }
        if value == .max || value == .min { return PostgresTimestamp(unixMicroseconds: value) }
        let (sum, overflow) = value.addingReportingOverflow(epoch)
        guard !overflow else { throw PostgresError(.decoding, "a timestamp past the range of 64-bit microseconds") }
        return PostgresTimestamp(unixMicroseconds: sum)
    }
}
