/// A value that can be bound to `$1`, `$2`, … It is sent in the server's binary form, with its type.
///
/// The type is the value's own: a `String` is `text`, and `insert into t (json_column) values ($1)` needs `PostgresJSON`
/// or a cast (`$1::json`) as it would in SQL.
package protocol PostgresEncodable: Sendable {
    /// The oid of the server type.
    static var postgresOID: UInt32 { get }
    /// True when SQL NULL is to be sent; `encode` is not asked then.
    var isPostgresNull: Bool { get }
    /// Appends the value's binary form.
    func encode(into buffer: inout [UInt8])
}

extension PostgresEncodable {
    package var isPostgresNull: Bool { false }
}

/// A value that can also be an element of an array.
package protocol PostgresScalar: PostgresEncodable {
    static var postgresType: PostgresType { get }
    /// The elements of an array, each after its length. A requirement with defaults, so that it is compiled once per
    /// concrete type and an array costs one dynamic call, not one for each element.
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

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresOID: UInt32 { Wrapped.postgresOID }

    package var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isPostgresNull
        }
    }

    package func encode(into buffer: inout [UInt8]) {
        self?.encode(into: &buffer)
    }
}

extension Optional: PostgresScalar where Wrapped: PostgresScalar {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package static func containsNull(_ values: [Wrapped?]) -> Bool {
        values.contains { $0 == nil }
    }

    package static func encodeElements(_ values: [Wrapped?], into buffer: inout [UInt8]) {
        Wrapped.encodeElements(values, into: &buffer)
    }
}

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

extension [UInt8] {
    mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends a value's length (32 bits) and the value; the length is filled in afterwards.
    mutating func appendWithLength(_ value: some PostgresEncodable) {
        guard !value.isPostgresNull else { return appendBigEndian(Int32(-1)) }
        let start = count
        appendBigEndian(Int32(0))
        value.encode(into: &self)
        let length = Int32(truncatingIfNeeded: count - start - 4).bigEndian
        withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: Int32.self) }
    }
}
