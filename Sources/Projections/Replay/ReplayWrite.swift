package import Postgres

/// The changes that a replay makes to the tables of a version: rows of new orders by COPY, and stored rows by
/// statements that change them in place. Most of these stay on their page, where their former room is used again.
package struct ReplayWrite: Sendable {
    /// A table and the columns that are written. Names are constants of the program, fit to stand in SQL.
    package struct Table: Sendable, Hashable {
        package let name: String
        package let columns: String
        let columnCount: Int

        /// - Parameter columns: the columns in the order in which their values are written, separated by commas.
        package init(_ name: String, columns: String) {
            self.name = name
            self.columns = columns
            columnCount = columns.split(separator: ",").count
        }
    }

    private(set) var rows: [Table: [[UInt8]]] = [:]
    /// The statements that change stored rows.
    private(set) var statements: [PostgresQuery] = []
    private var writers: [Table: PostgresCopyWriter] = [:]

    /// The size from which a piece of COPY data is complete, in bytes.
    private static let pieceBytes = 1 << 18
    /// The number of statements in one round trip.
    private static let statementsAtOnce = 4

    package init() {}

    /// Adds a row of a new order.
    ///
    /// - Parameter body: writes a value for each of the table's columns.
    package mutating func add(to table: Table, _ body: (inout PostgresCopyWriter) -> Void) {
        writers[table, default: PostgresCopyWriter()].row(columns: table.columnCount)
        body(&writers[table, default: PostgresCopyWriter()])
        if let count = writers[table]?.bytes.count, count > Self.pieceBytes { completePiece(of: table) }
    }

    /// Adds statements that change rows.
    mutating func add(_ statements: [PostgresQuery]) { self.statements += statements }

    private mutating func completePiece(of table: Table) {
        guard let writer = writers.removeValue(forKey: table), !writer.bytes.isEmpty else { return }
        rows[table, default: []].append(writer.bytes)
    }

    mutating func completeAllPieces() {
        for table in Array(writers.keys) { completePiece(of: table) }
    }

    /// Writes the rows of several workers in the caller's transaction.
    static func perform(_ writes: [ReplayWrite], on transaction: PostgresConnection) async throws {
        var waiting = writes.flatMap(\.statements)[...]
        while !waiting.isEmpty {
            try await transaction.pipeline(
                Array(waiting.prefix(statementsAtOnce)),
                timeout: ReplayLimits.timeout
            )
            waiting = waiting.dropFirst(statementsAtOnce)
        }
        for table in Set(writes.flatMap(\.rows.keys)) {
            let sql = "copy \(table.name) (\(table.columns)) from stdin (format binary)"
            try await transaction.withCopyIn(sql, timeout: ReplayLimits.timeout) { copy in
                try await copy.write(PostgresCopyWriter.header)
                for write in writes {
                    for piece in write.rows[table] ?? [] { try await copy.write(piece) }
                }
                try await copy.write(PostgresCopyWriter.trailer)
            }
        }
    }
}
