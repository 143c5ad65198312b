package import Foundation
package import Postgres

/// Rows on their way into the tables of a version: those that are no longer true are deleted, and all new ones go in by COPY.
package struct ReplayWrite: Sendable {
    /// A table and the columns that are written, in order. Statically known names, fit to stand in SQL.
    package struct Table: Sendable, Hashable {
        package let name: String
        package let columns: String

        package init(_ name: String, _ columns: String) {
            self.name = name
            self.columns = columns
        }
    }

    private(set) var rows: [Table: [[UInt8]]] = [:]
    private(set) var stale: [String: [UUID]] = [:]
    private var writers: [Table: PostgresCopyWriter] = [:]

    /// Pieces of this size are sent at once.
    private static let piece = 1 << 18

    package init() {}

    /// Adds a row.
    ///
    /// - Parameter replaces: the order whose row is there already.
    package mutating func add(
        to table: Table,
        replacing replaced: UUID?,
        columns: Int,
        _ body: (inout PostgresCopyWriter) -> Void
    ) {
        if let replaced { stale[table.name, default: []].append(replaced) }
        writers[table, default: PostgresCopyWriter()].row(columns: columns)
        body(&writers[table, default: PostgresCopyWriter()])
        if let count = writers[table]?.bytes.count, count > Self.piece { seal(table) }
    }

    private mutating func seal(_ table: Table) {
        guard let writer = writers.removeValue(forKey: table), !writer.bytes.isEmpty else { return }
        rows[table, default: []].append(writer.bytes)
    }

    mutating func sealAll() {
        for table in Array(writers.keys) { seal(table) }
    }

    /// Carries several workers' rows out, in the caller's transaction.
    static func perform(_ writes: [ReplayWrite], version: Int, on transaction: PostgresConnection) async throws {
        var stale: [String: [UUID]] = [:]
        for write in writes { stale.merge(write.stale) { $0 + $1 } }
        for (table, ids) in stale {
            try await transaction.query(
                "delete from \(table) where model_version = $1 and order_id = any($2)",
                [Int32(version), ids],
                timeout: ReplayLimits.patience
            )
        }
        for table in Set(writes.flatMap(\.rows.keys)) {
            let sql = "copy \(table.name) (\(table.columns)) from stdin (format binary)"
            try await transaction.withCopyIn(sql, timeout: ReplayLimits.patience) { copy in
                try await copy.write(PostgresCopyWriter.header)
                for write in writes {
                    for piece in write.rows[table] ?? [] { try await copy.write(piece) }
                }
                try await copy.write(PostgresCopyWriter.trailer)
            }
        }
    }
}
