/// `text` as UTF-8 bytes, for a value that is made and read as bytes: neither side builds a `String` in between.
package struct PostgresText: Sendable, Hashable, PostgresScalar, PostgresDecodableScalar {
    package var bytes: [UInt8]

    /// - Parameter bytes: valid UTF-8 without NUL; the server refuses anything else.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .text }

    package func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> PostgresText {
        guard PostgresType.textual.contains(oid) else { throw mismatch(bytes, oid) }
        return PostgresText(Array(bytes))
    }
}
