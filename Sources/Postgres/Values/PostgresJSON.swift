/// `json`: the exact text, as UTF-8 bytes, which neither driver nor server changes. Reads `json` and `jsonb`.
package struct PostgresJSON: Sendable, Hashable, PostgresScalar, PostgresDecodableScalar {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .json }

    package func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> PostgresJSON {
        if oid == PostgresType.json.oid { return PostgresJSON(Array(bytes)) }
        // jsonb sends one byte of version before its text.
        guard oid == PostgresType.jsonb, bytes.first == 1 else { throw mismatch(bytes, oid) }
        return PostgresJSON(Array(bytes.dropFirst()))
    }
}
