/// Reads the columns of one row from left to right, straight from the chunk's bytes.
package struct PostgresCopyRow {
    private let bytes: UnsafeRawBufferPointer
    private var offset: Int

    /// - Parameters:
    ///   - bytes: the chunk, valid for as long as this value is used.
    ///   - offset: the row's offset in the chunk, as `PostgresCopyRows.scan` gives it.
    package init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Reads the next column's bytes; nil for NULL.
    package mutating func next() -> UnsafeRawBufferPointer? {
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        offset += 4
        guard length >= 0 else { return nil }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
    }

    /// Reads the next column, whose server type must be exactly that of the value.
    /// - Throws: `decoding` when the column has another length, or is NULL.
    package mutating func next<Value: PostgresScalar & PostgresDecodable>(
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try Value.decode(next(), oid: Value.postgresOID)
    }
}
