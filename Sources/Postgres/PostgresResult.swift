import CLibPQ

/// The rows of a statement. The result owns libpq's memory, from which rows are read without copying.
package struct PostgresResult: Sendable {
    let storage: ResultStorage

    /// The number of rows that the statement inserted, updated, deleted or selected.
    package var affectedRows: Int { storage.affectedRows }
    /// The columns' names, in order.
    package var columnNames: [String] { storage.columnNames }
    /// The server's command tag, such as `COMMIT` or `INSERT 0 1`.
    package var commandTag: String { String(cString: PQcmdStatus(storage.pointer)) }
}

extension PostgresResult: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.rowCount }

    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < storage.rowCount, "row \(position) of \(storage.rowCount)")
        return PostgresRow(storage: storage, index: position)
    }
}
