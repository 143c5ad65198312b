import CLibPQ

/// One row of a result.
package struct PostgresRow: Sendable {
    let storage: ResultStorage
    let index: Int

    package var columnCount: Int { storage.columnCount }

    /// Reads a column, counted from 0.
    /// - Throws: `decoding` when there is no such column, it holds another type, or it is NULL and the type
    ///   is no optional.
    package func get<Value: PostgresDecodable>(
        _ column: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard column >= 0, column < storage.columnCount else {
            throw PostgresError(.decoding, "no column \(column) in a row of \(storage.columnCount)")
        }
        do {
            return try Value.decode(storage.bytes(row: index, column: column), oid: storage.type(of: column))
        } catch {
            var error = error
            let name = String(cString: PQfname(storage.pointer, Int32(column)))
            error.message = "column \(column) (\(name)): \(error.message)"
            throw error
        }
    }

    /// Reads the first column of that name. Each call looks the name up; use the number where speed counts.
    /// - Throws: as `get` by number.
    package func get<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let index = storage.column(named: column) else {
            throw PostgresError(.decoding, "no column named \(column)")
        }
        return try get(index, as: type)
    }

    /// Lends a column's raw bytes (the server's binary form; for `text` and `json` the UTF-8 text itself) without
    /// copying.
    /// - Parameter body: gets nil for NULL. The bytes are valid only during the call.
    /// - Throws: `decoding` when there is no such column.
    package func withBytes<R>(
        _ column: Int,
        _ body: (UnsafeRawBufferPointer?) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        guard column >= 0, column < storage.columnCount else {
            throw PostgresError(.decoding, "no column \(column) in a row of \(storage.columnCount)")
        }
        return try withExtendedLifetime(storage) { () throws(PostgresError) -> R in
            try body(storage.bytes(row: index, column: column))
        }
    }
}
