/// A one-dimensional array. Layout: dimensions, has-null flag, element oid, then per dimension length and lower bound
/// (`array_recv` in the server's arrayfuncs.c).
extension Array: PostgresEncodable where Element: PostgresScalar {
    package static var postgresOID: UInt32 { Element.postgresType.arrayOID }

    package func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(Int32(isEmpty ? 0 : 1))
        buffer.appendBigEndian(Int32(Element.containsNull(self) ? 1 : 0))
        buffer.appendBigEndian(Element.postgresType.oid)
        guard !isEmpty else { return }
        buffer.appendBigEndian(Int32(truncatingIfNeeded: count))
        buffer.appendBigEndian(Int32(1))
        Element.encodeElements(self, into: &buffer)
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
