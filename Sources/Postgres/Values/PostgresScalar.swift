/// A value that can also be an element of an array.
package protocol PostgresScalar: PostgresEncodable {
    static var postgresType: PostgresType { get }
    /// Appends the elements of an array, each after its length. A requirement with defaults is compiled once for each
    /// type, so that an array costs one dynamic call instead of one for each element.
    static func encodeElements(_ values: [Self], into buffer: inout [UInt8])
    static func encodeElements(_ values: [Self?], into buffer: inout [UInt8])
    static func containsNull(_ values: [Self]) -> Bool
}

extension PostgresScalar {
    package static var postgresOID: UInt32 { postgresType.oid }

    package static func containsNull(_ values: [Self]) -> Bool { false }

    package static func encodeElements(_ values: [Self], into buffer: inout [UInt8]) {
        for value in values { buffer.appendWithLength(value) }
    }

    package static func encodeElements(_ values: [Self?], into buffer: inout [UInt8]) {
        for value in values {
            if let value {
                buffer.appendWithLength(value)
            } else {
                buffer.appendBigEndian(Int32(-1))
            }
        }
    }
}
