/// `bool`.
extension Bool: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .bool }
    package func encode(into buffer: inout [UInt8]) { buffer.append(self ? 1 : 0) }
    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> Bool {
        guard oid == PostgresType.bool.oid, bytes.count == 1 else { throw mismatch(bytes, oid) }
        return bytes[0] != 0
    }
}
