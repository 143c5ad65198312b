/// An integer that is sent as one server type, and read from any integer column whose value fits.
package protocol PostgresInteger: FixedWidthInteger, PostgresScalar, PostgresDecodableScalar {}

/// `int2`.
extension Int16: PostgresInteger {
    package static var postgresType: PostgresType { .int2 }
}

/// `int4`.
extension Int32: PostgresInteger {
    package static var postgresType: PostgresType { .int4 }
}

/// `int8`.
extension Int64: PostgresInteger {
    package static var postgresType: PostgresType { .int8 }
}

/// `int8`.
extension Int: PostgresInteger {
    package static var postgresType: PostgresType { .int8 }
}

extension PostgresInteger {
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Self {
        let value: Self? =
            switch oid {
            case PostgresType.int8.oid: Int64(postgres: bytes).flatMap { Self(exactly: $0) }
            case PostgresType.int4.oid: Int32(postgres: bytes).flatMap { Self(exactly: $0) }
            case PostgresType.int2.oid: Int16(postgres: bytes).flatMap { Self(exactly: $0) }
            case PostgresType.oid.oid: UInt32(postgres: bytes).flatMap { Self(exactly: $0) }
            default: nil
            }
        guard let value else { throw mismatch(bytes, oid) }
        return value
    }
}

extension FixedWidthInteger {
    /// Reads a big-endian integer; nil when the bytes have another width.
    init?(postgres bytes: UnsafeRawBufferPointer) {
        guard bytes.count == MemoryLayout<Self>.size else { return nil }
        self.init(bigEndian: bytes.loadUnaligned(as: Self.self))
    }
}
