/// A value that can be bound to `$1`, `$2`, … The driver sends it in the server's binary form, with its type.
///
/// The type is the value's own: a `String` is `text`, and `insert into t (json_column) values ($1)` needs
/// `PostgresJSON` or a cast (`$1::json`) as it would in SQL.
package protocol PostgresEncodable: Sendable {
    /// The oid of the server type.
    static var postgresOID: UInt32 { get }
    /// True for SQL NULL; `encode` is not called then.
    var isPostgresNull: Bool { get }
    /// Appends the value's binary form.
    func encode(into buffer: inout [UInt8])
}

extension PostgresEncodable {
    package var isPostgresNull: Bool { false }
}

extension [UInt8] {
    mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends a value's length (32 bits) and the value.
    mutating func appendWithLength(_ value: some PostgresEncodable) {
        guard !value.isPostgresNull else { return appendBigEndian(Int32(-1)) }
        let start = count
        appendBigEndian(Int32(0))
        value.encode(into: &self)
        let length = Int32(truncatingIfNeeded: count - start - 4).bigEndian
        withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: Int32.self) }
    }
}
