import CLibPQ
import Glibc

/// The memory of a `PGresult`. Unchecked because libpq lets many threads read one result, and any one of them free it.
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

    /// The number of the first column of a name, found without a copy of the names; nil when there is none.
    func column(named name: String) -> Int? {
        (0..<columnCount).first { index in PQfname(pointer, Int32(index)).map { strcmp($0, name) == 0 } ?? false }
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
