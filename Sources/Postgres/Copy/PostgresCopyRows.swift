/// Finds the rows in the chunks of a binary COPY to the client (PostgreSQL manual, COPY, "Binary Format"). Chunks end
/// where rows end, as the protocol has it (section 55.7, CopyData).
package struct PostgresCopyRows: Sendable {
    private let columns: Int
    private var hasHeader = false
    /// The trailer has come; nothing may follow.
    package private(set) var isComplete = false

    /// - Parameter columns: how many columns each row must have.
    package init(columns: Int) {
        self.columns = columns
    }

    /// Calls `body` with each row's place, that of its first column's length, all of whose lengths have been checked.
    /// - Throws: `decoding` for what is no such COPY.
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
        "the data is no binary COPY with the columns that were asked for"
    )
}

/// Reads the columns of one row from left to right, straight from the chunk's bytes.
package struct PostgresCopyRow {
    private let bytes: UnsafeRawBufferPointer
    private var offset: Int

    /// - Parameters:
    ///   - bytes: the chunk, valid for as long as this value is used.
    ///   - place: a row's place in it, as `PostgresCopyRows.scan` gives it.
    package init(_ bytes: UnsafeRawBufferPointer, at place: Int) {
        self.bytes = bytes
        offset = place
    }

    /// The next column's bytes; nil for NULL.
    package mutating func next() -> UnsafeRawBufferPointer? {
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        offset += 4
        guard length >= 0 else { return nil }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
    }

    /// The next column as a value of exactly its server type.
    /// - Throws: `decoding` when it has another length, or is NULL.
    package mutating func next<Value: PostgresScalar & PostgresDecodable>(
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try Value.decode(next(), oid: Value.postgresOID)
    }
}
