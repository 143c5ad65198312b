/// `float8`. Reads `float4` too.
extension Double: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .float8 }
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(bitPattern) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Double {
        if oid == PostgresType.float8.oid, let bits = UInt64(postgres: bytes) { return Double(bitPattern: bits) }
        if oid == PostgresType.float4.oid, let bits = UInt32(postgres: bytes) { return Double(Float(bitPattern: bits)) }
        throw mismatch(bytes, oid)
    }
}
