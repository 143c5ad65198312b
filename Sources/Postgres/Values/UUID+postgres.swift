package import FoundationEssentials

/// `uuid`.
extension UUID: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .uuid }

    package func encode(into buffer: inout [UInt8]) {
        Swift.withUnsafeBytes(of: uuid) { buffer.append(contentsOf: $0) }
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> UUID {
        guard oid == PostgresType.uuid.oid, bytes.count == 16 else { throw mismatch(bytes, oid) }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
