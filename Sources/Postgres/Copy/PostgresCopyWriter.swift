/// Builds the rows of a binary COPY from the client (PostgreSQL manual, COPY, "Binary Format").
package struct PostgresCopyWriter: Sendable {
    /// The rows so far. The caller sends and empties them at any time.
    package var bytes: [UInt8] = []

    /// The bytes before the first row: eleven bytes of signature, no flags, no extension.
    package static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    /// The bytes after the last row.
    package static let trailer: [UInt8] = [0xFF, 0xFF]

    package init() {}

    /// Begins a row. The same count of values must follow.
    package mutating func row(columns: Int) {
        bytes.appendBigEndian(Int16(columns))
    }

    /// Appends a value, whose type must be the column's own: the server does not cast here.
    package mutating func value(_ value: some PostgresEncodable) {
        bytes.appendWithLength(value)
    }

    /// Appends the text of a `text` or `json` column.
    package mutating func text(_ utf8: [UInt8]) {
        bytes.appendBigEndian(Int32(utf8.count))
        bytes.append(contentsOf: utf8)
    }
}
