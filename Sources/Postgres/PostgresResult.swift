import CLibPQ

/// The rows that a statement gave. It owns libpq's memory; rows read from there without copying.
package struct PostgresResult: Sendable {
    let storage: ResultStorage

    /// The number of rows that the statement inserted, updated, deleted or selected.
    package var affectedRows: Int { storage.affectedRows }
    /// The columns' names, in order.
    package var columnNames: [String] { storage.columnNames }
    /// The server's word for what was done, such as `COMMIT` or `INSERT 0 1`.
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

/// A `PGresult`. Unchecked because libpq lets many threads read one result and any single one free it.
final class ResultStorage: @unchecked Sendable {
    let pointer: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    init(taking pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit {
        PQclear(pointer)
    }

    var affectedRows: Int {
        PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    var columnNames: [String] {
        (0..<columnCount).map { String(cString: PQfname(pointer, Int32($0))) }
    }

    func type(of column: Int) -> UInt32 {
        PQftype(pointer, Int32(column))
    }

    func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(pointer, row, column) == 0 else { return nil }
        let length = Int(PQgetlength(pointer, row, column))
        return UnsafeRawBufferPointer(start: PQgetvalue(pointer, row, column), count: length)
    }
}
