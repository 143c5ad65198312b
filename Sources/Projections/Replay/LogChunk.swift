import Foundation
import OrderLog
import Postgres

/// A range of the log in the bytes that the server sent, with the places of each worker's events.
struct LogChunk: Sendable {
    /// The number of the event before the range.
    private(set) var after: Int64
    /// The number of the last event of the range.
    private(set) var through: Int64
    /// Tells whether the chunk ended at its size, before the range ended.
    let isCut: Bool
    private let pieces: [[UInt8]]
    /// The offsets of rows, for each worker and each piece.
    private let places: [[[Int]]]

    /// Reads a range by one statement, and so in a snapshot of its own. The range must end at the head or before. The
    /// chunk ends earlier where its rows reach a size; what the server sends beyond is passed over. To have the server
    /// count the sizes would cost a third of its time for reading.
    ///
    /// - Parameters:
    ///   - byteLimit: the size in bytes. The first event is read in any case.
    ///   - workers: the number of workers among which the orders are divided.
    /// - Throws: `ProjectionFailure.gap` when events of the range are missing in the log.
    static func read(
        after: Int64,
        through: Int64,
        byteLimit: Int = ReplayLimits().chunkBytes,
        workers: Int,
        on connection: PostgresConnection
    ) async throws -> LogChunk {
        let sql = """
            copy (select \(LogRow.columns) from events where seq > \(after) and seq <= \(through) order by seq)
            to stdout (format binary)
            """
        return try await connection.withCopyOut(sql, timeout: ReplayLimits.timeout) { chunks in
            var scanner = PostgresCopyRows(columns: LogRow.columnCount)
            var pieces: [[UInt8]] = []
            var places = [[[Int]]](repeating: [], count: workers)
            var (count, last) = (Int64(0), after)
            var (bytesBefore, isCut) = (0, false)
            for try await piece in chunks where !isCut {
                for worker in 0..<workers { places[worker].append([]) }
                try piece.withUnsafeBytes { bytes in
                    try scanner.scan(bytes) { place in
                        isCut = isCut || (count > 0 && bytesBefore + place >= byteLimit)
                        if isCut { return }
                        count += 1
                        last = seq(ofRowAt: place, in: bytes)
                        places[worker(forRowAt: place, in: bytes, of: workers)][pieces.count].append(place)
                    }
                }
                pieces.append(piece)
                bytesBefore += piece.count
            }
            guard count > 0, count == last - after else { throw ProjectionFailure.gap(after: after) }
            return LogChunk(after: after, through: last, isCut: isCut, pieces: pieces, places: places)
        }
    }

    /// The chunk's events after one number, up to another.
    func part(after: Int64, through: Int64) -> LogChunk {
        var part = self
        part.after = max(after, self.after)
        part.through = min(through, self.through)
        return part
    }

    /// A row begins with seq, eight bytes after their length.
    private static func seq(ofRowAt place: Int, in bytes: UnsafeRawBufferPointer) -> Int64 {
        Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: Int64.self))
    }

    /// The worker of a row's order. It depends on the order's id alone, so that one worker folds all events of an order
    /// in their order. The last bytes of the id are random in every version of UUID.
    private static func worker(forRowAt place: Int, in bytes: UnsafeRawBufferPointer, of workers: Int) -> Int {
        // A row begins with seq, eight bytes after their length, and the id, sixteen bytes after their length.
        let tail = bytes.loadUnaligned(fromByteOffset: place + 12 + 4 + 8, as: UInt64.self)
        return Int(truncatingIfNeeded: (tail &* 0x9E37_79B9_7F4A_7C15) >> 32) % workers
    }

    /// Calls `body` with each of a worker's rows, in the order of the log.
    func forEachRow(of worker: Int, _ body: (inout LogRow) throws -> Void) throws {
        for (piece, places) in zip(pieces, places[worker]) where !places.isEmpty {
            try piece.withUnsafeBytes { bytes in
                for place in places {
                    let seq = Self.seq(ofRowAt: place, in: bytes)
                    guard seq > after, seq <= through else { continue }
                    var row = try LogRow(bytes, at: place)
                    try body(&row)
                }
            }
        }
    }
}
