/// `bytea`.
package struct PostgresBytes: Sendable, Hashable, PostgresScalar, PostgresDecodableScalar {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .bytea }

    package func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> PostgresBytes {
        guard oid == PostgresType.bytea.oid else { throw mismatch(bytes, oid) }
        return PostgresBytes(Array(bytes))
    }
}
