/// Finds the rows in the chunks of a binary COPY to the client (PostgreSQL manual, COPY, "Binary Format"). A chunk
/// ends with the end of a row (section 55.7, CopyData).
package struct PostgresCopyRows: Sendable {
    private let columns: Int
    private var hasHeader = false
    /// True once the trailer has come, which nothing may follow.
    package private(set) var isComplete = false

    /// - Parameter columns: the count of columns that each row must have.
    package init(columns: Int) {
        self.columns = columns
    }

    /// Calls `body` with the offset of each row, which is that of its first column's length. The lengths of all columns
    /// have been checked then.
    /// - Throws: `decoding` for data that is no such COPY; what `body` throws.
    package mutating func scan(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (Int) throws -> Void
    ) throws {
        var offset = 0
        if !hasHeader {
            let header = PostgresCopyWriter.header
            guard bytes.prefix(header.count).elementsEqual(header) else { throw Self.malformed }
            hasHeader = true
            offset = header.count
        }
        while offset < bytes.count {
            guard !isComplete, offset + 2 <= bytes.count else { throw Self.malformed }
            let count = Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
            offset += 2
            if count == -1 {
                isComplete = true
                continue
            }
            guard Int(count) == columns else { throw Self.malformed }
            let row = offset
            for _ in 0..<columns {
                guard offset + 4 <= bytes.count else { throw Self.malformed }
                let length = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
                guard length >= -1 else { throw Self.malformed }
                offset += 4 + Int(max(length, 0))
                guard offset <= bytes.count else { throw Self.malformed }
            }
            try body(row)
        }
    }

    private static let malformed = PostgresError(
        .decoding,
        "the data is no binary COPY with the expected columns"
    )
}
