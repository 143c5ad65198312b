/// A value that can be read from a column in the server's binary form.
package protocol PostgresDecodable {
    /// - Parameters:
    ///   - bytes: the column's bytes, nil for SQL NULL. Valid during the call only.
    ///   - oid: the column's type.
    /// - Throws: `PostgresError` of kind `decoding` when type or length do not fit.
    static func decode(_ bytes: UnsafeRawBufferPointer?, oid: UInt32) throws(PostgresError) -> Self
}

/// A value that is read from bytes that are there; NULL is refused, ask for an optional instead.
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

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer?, oid: UInt32) throws(PostgresError) -> Wrapped? {
        guard bytes != nil else { return nil }
        return try Wrapped.decode(bytes, oid: oid)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer?, oid: UInt32) throws(PostgresError) -> [Element] {
        guard let bytes else { throw PostgresError(.decoding, "NULL cannot be read as \(Self.self)") }
        var reader = ArrayReader(bytes)
        let dimensions = try reader.int32()
        _ = try reader.int32()
        let elementOID = UInt32(bitPattern: try reader.int32())
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw PostgresError(.decoding, "an array of \(dimensions) dimensions") }
        let count = Int(try reader.int32())
        _ = try reader.int32()
        guard count >= 0, count <= bytes.count / 4 else { throw ArrayReader.notAnArray }
        var values: [Element] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            values.append(try Element.decode(try reader.element(), oid: elementOID))
        }
        return values
    }
}

private struct ArrayReader {
    static let notAnArray = PostgresError(.decoding, "the column does not hold an array in binary form")

    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func int32() throws(PostgresError) -> Int32 {
        guard offset + 4 <= bytes.count else { throw ArrayReader.notAnArray }
        defer { offset += 4 }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }

    mutating func element() throws(PostgresError) -> UnsafeRawBufferPointer? {
        let length = Int(try int32())
        if length == -1 { return nil }
        guard length >= 0, offset + length <= bytes.count else { throw ArrayReader.notAnArray }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
    }
}
