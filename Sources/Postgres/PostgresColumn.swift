/// The place of a named column in one result, and the type that its values are read as.
///
/// The name is resolved once a result, so that reading a row costs no more than reading it by number.
package struct PostgresColumn<Value: PostgresDecodable>: Sendable {
    let index: Int
}

extension PostgresResult {
    /// Resolves a column's name.
    ///
    /// - Returns: the first column of that name.
    /// - Throws: `decoding` when the result has no such column.
    package func column<Value: PostgresDecodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> PostgresColumn<Value> {
        guard let index = storage.column(named: name) else {
            throw PostgresError(.decoding, "no column named \(name)")
        }
        return PostgresColumn(index: index)
    }
}

extension PostgresRow {
    /// The row's value of a column.
    ///
    /// - Parameter column: resolved in the result that the row belongs to.
    /// - Throws: `decoding` when the column holds another type, or NULL and the type is no optional.
    package func get<Value: PostgresDecodable>(_ column: PostgresColumn<Value>) throws(PostgresError) -> Value {
        try get(column.index, as: Value.self)
    }

    /// Tells whether the row has NULL in a column.
    ///
    /// - Parameter column: resolved in the result that the row belongs to.
    package func isNull<Value: PostgresDecodable>(_ column: PostgresColumn<Value>) -> Bool {
        withExtendedLifetime(storage) { storage.bytes(row: index, column: column.index) == nil }
    }
}
