/// A value that can be read from a column in the server's binary form.
package protocol PostgresDecodable {
    /// Reads a column.
    ///
    /// - Parameters:
    ///   - bytes: the column's bytes, nil for SQL NULL. Valid during the call only.
    ///   - oid: the column's type.
    /// - Throws: `PostgresError` of kind `decoding` when type or length do not fit.
    static func decode(_ bytes: UnsafeRawBufferPointer?, oid: UInt32) throws(PostgresError) -> Self
}
