package import Foundation
package import Postgres

/// The rows that a replay writes into the tables of a version: outdated rows are deleted, all new ones are written by
/// COPY.
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
    private(set) var outdated: [String: [UUID]] = [:]
    /// The rows of `order_list_by_carrier` that are deleted: the table has no index by order.
    private(set) var removedCarriers: [OrderCarrier] = []
    private var writers: [Table: PostgresCopyWriter] = [:]

    /// The size from which a piece of COPY data is complete, in bytes.
    private static let pieceBytes = 1 << 18

    package init() {}

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - replaced: the order whose row the table has already; nil for a new order.
    ///   - body: writes a value for each of the table's columns.
    package mutating func add(
        to table: Table,
        replacing replaced: UUID?,
        _ body: (inout PostgresCopyWriter) -> Void
    ) {
        if let replaced { outdated[table.name, default: []].append(replaced) }
        writers[table, default: PostgresCopyWriter()].row(columns: table.columnCount)
        body(&writers[table, default: PostgresCopyWriter()])
        if let count = writers[table]?.bytes.count, count > Self.pieceBytes { completePiece(of: table) }
    }

    /// Deletes carriers of orders that were written before.
    mutating func remove(_ carriers: [OrderCarrier]) { removedCarriers += carriers }

    private mutating func completePiece(of table: Table) {
        guard let writer = writers.removeValue(forKey: table), !writer.bytes.isEmpty else { return }
        rows[table, default: []].append(writer.bytes)
    }

    mutating func completeAllPieces() {
        for table in Array(writers.keys) { completePiece(of: table) }
    }

    /// Writes the rows of several workers in the caller's transaction.
    static func perform(_ writes: [ReplayWrite], version: Int, on transaction: PostgresConnection) async throws {
        var outdated: [String: [UUID]] = [:]
        for write in writes { outdated.merge(write.outdated) { $0 + $1 } }
        for (table, ids) in outdated {
            try await transaction.query(
                "delete from \(table) where model_version = $1 and order_id = any($2)",
                [Int32(version), ids],
                timeout: ReplayLimits.timeout
            )
        }
        let removedCarriers = writes.flatMap(\.removedCarriers)
        if !removedCarriers.isEmpty {
            let delete = OrderCarrier.delete(removedCarriers, version: version)
            try await transaction.query(delete.sql, delete.bindings, timeout: ReplayLimits.timeout)
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
