/// A value that cannot be NULL. An optional of it can.
package protocol PostgresDecodableScalar: PostgresDecodable {
    static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Self
}

extension PostgresDecodableScalar {
    package static func decode(_ bytes: UnsafeRawBufferPointer?, oid: UInt32) throws(PostgresError) -> Self {
        guard let bytes else { throw PostgresError(.decoding, "NULL cannot be read as \(Self.self)") }
        return try decode(bytes: bytes, oid: oid)
    }

    static func mismatch(_ bytes: UnsafeRawBufferPointer, _ oid: UInt32) -> PostgresError {
        PostgresError(.decoding, "type \(oid) with \(bytes.count) bytes cannot be read as \(Self.self)")
    }
}
