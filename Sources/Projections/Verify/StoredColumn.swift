import Foundation
import OrderLog
import Orders
import Postgres

/// A column that a verification compares, and the type from which its text is made.
struct StoredColumn {
    enum Kind {
        case integer16, integer32, integer64, boolean, time, text, texts
    }

    let name: String
    private let read: (PostgresRow) throws -> String?

    /// - Throws: `PostgresError` when the result has no column of this name.
    init(_ name: String, _ kind: Kind, in rows: PostgresResult) throws {
        self.name = name
        switch kind {
        case .integer16: read = try Self.reader(rows.column(name, as: Int16?.self)) { String($0) }
        case .integer32: read = try Self.reader(rows.column(name, as: Int32?.self)) { String($0) }
        case .integer64: read = try Self.reader(rows.column(name, as: Int64?.self)) { String($0) }
        case .boolean: read = try Self.reader(rows.column(name, as: Bool?.self)) { String($0) }
        case .time:
            read = try Self.reader(rows.column(name, as: PostgresTimestamp?.self)) { FieldText.of(Timestamp($0)) }
        case .text: read = try Self.reader(rows.column(name, as: String?.self)) { $0 }
        case .texts: read = try Self.reader(rows.column(name, as: [String]?.self)) { FieldText.of($0) }
        }
    }

    private static func reader<Value>(
        _ column: PostgresColumn<Value?>,
        text: @escaping (Value) -> String
    ) -> (PostgresRow) throws -> String? {
        { row in try row.get(column).map(text) }
    }

    /// Decodes rows of single orders, whose ids are in the column `order_id`.
    static func decode(_ rows: PostgresResult, columns: [StoredColumn]) throws -> [UUID: StoredFields] {
        let orderId = try rows.column("order_id", as: UUID.self)
        var stored: [UUID: StoredFields] = [:]
        for row in rows {
            var fields: StoredFields = [:]
            for column in columns { fields[column.name] = try column.read(row) }
            stored[try row.get(orderId)] = fields
        }
        return stored
    }
}
