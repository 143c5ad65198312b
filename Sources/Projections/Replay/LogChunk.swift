import Foundation
import OrderLog
import Orders
import Postgres

/// A range of the log as the server sent it, with the places of each worker's events.
struct LogChunk: Sendable {
    /// The last event before it, and its own last.
    let after: Int64
    let through: Int64
    let pieces: [[UInt8]]
    /// For each worker, for each piece, where its rows lie.
    private(set) var places: [[[Int]]]

    private static let columns = """
        seq, order_id, version, occurred_at, recorded_at, schema, type, status, data, internal, \
        case when version = 1 then number end, case when version = 1 then shop end, case when version = 1 then customer end
        """

    /// Reads a range in a statement, and so a snapshot, of its own. The range must be visible: up to the head.
    ///
    /// - Parameter workers: orders are dealt out to so many.
    /// - Throws: `ProjectionFailure.gap` where the log does not hold every event of the range.
    static func read(
        after: Int64,
        through: Int64,
        workers: Int,
        on connection: PostgresConnection
    ) async throws -> LogChunk {
        let sql = """
            copy (select \(columns) from events where seq > \(after) and seq <= \(through) order by seq)
            to stdout (format binary)
            """
        return try await connection.withCopyOut(sql, timeout: ReplayLimits.patience) { chunks in
            var scanner = PostgresCopyRows(columns: 13)
            var pieces: [[UInt8]] = []
            var places = [[[Int]]](repeating: [], count: workers)
            var count: Int64 = 0
            for try await piece in chunks {
                for worker in 0..<workers { places[worker].append([]) }
                try piece.withUnsafeBytes { bytes in
                    try scanner.scan(bytes) { place in
                        count += 1
                        places[worker(of: bytes, at: place, workers)][pieces.count].append(place)
                    }
                }
                pieces.append(piece)
            }
            guard count == through - after else { throw ProjectionFailure.gap(after: after) }
            return LogChunk(after: after, through: through, pieces: pieces, places: places)
        }
    }

    /// By the order's id, so that each order's events stay in order. Its last bytes are random in every version of UUID.
    private static func worker(of bytes: UnsafeRawBufferPointer, at place: Int, _ workers: Int) -> Int {
        // The row begins with seq, eight bytes after its length, and the id, sixteen after its length.
        let tail = bytes.loadUnaligned(fromByteOffset: place + 12 + 4 + 8, as: UInt64.self)
        return Int(truncatingIfNeeded: (tail &* 0x9E37_79B9_7F4A_7C15) >> 32) % workers
    }

    /// Calls `body` with each of a worker's rows, in the order of the log.
    func forEach(of worker: Int, _ body: (inout LogRow) throws -> Void) throws {
        for (piece, places) in zip(pieces, places[worker]) where !places.isEmpty {
            try piece.withUnsafeBytes { bytes in
                for place in places {
                    var row = try LogRow(bytes, at: place)
                    try body(&row)
                }
            }
        }
    }
}

/// One event where it lies in a chunk. Valid while the chunk's bytes are lent.
struct LogRow {
    let seq: Int64
    let orderId: UUID
    let version: Int
    private var columns: PostgresCopyRow

    init(_ bytes: UnsafeRawBufferPointer, at place: Int) throws {
        columns = PostgresCopyRow(bytes, at: place)
        seq = try columns.next()
        orderId = try columns.next()
        version = Int(try columns.next(as: Int32.self))
    }

    /// The event; once. What folding has no use for is left empty.
    ///
    /// - Parameter envelope: the order's, which its first event brings itself.
    mutating func event(_ envelope: EventEnvelope) throws -> LoggedEvent {
        let occurredAt = try columns.next(as: PostgresTimestamp.self)
        let recordedAt = try columns.next(as: PostgresTimestamp.self)
        let schema = Int(try columns.next(as: Int16.self))
        let type = EventTypeName.of(columns.next())
        let status = columns.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
        let data = columns.next().map { Array($0) }
        let `internal` = columns.next().map { Self.isEmptyObject($0) ? Self.emptyObject : Array($0) } ?? []
        var envelope = envelope
        if version == 1 {
            envelope = try EventEnvelope(number: columns.next(), shop: columns.next(), customer: columns.next())
        }
        return LoggedEvent(
            seq: seq,
            orderId: orderId,
            version: version,
            number: envelope.number,
            shop: envelope.shop,
            customer: envelope.customer,
            type: type,
            schema: schema,
            statusBefore: nil,
            status: status,
            data: data,
            internal: `internal`,
            actor: "",
            commandId: "",
            correlationId: nil,
            causationId: nil,
            occurredAt: Timestamp(unixMicroseconds: occurredAt.unixMicroseconds),
            recordedAt: Timestamp(unixMicroseconds: recordedAt.unixMicroseconds)
        )
    }

    private static let emptyObject = Array("{}".utf8)

    private static func isEmptyObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count == 2 && bytes[0] == UInt8(ascii: "{") && bytes[1] == UInt8(ascii: "}")
    }
}

/// The types' names, each made once: most are too long to be stored without an allocation of their own.
enum EventTypeName {
    private static let known: [[(name: String, bytes: [UInt8])]] = {
        var byLength: [[(String, [UInt8])]] = []
        for type in EventType.allCases {
            let bytes = Array(type.rawValue.utf8)
            while byLength.count <= bytes.count { byLength.append([]) }
            byLength[bytes.count].append((type.rawValue, bytes))
        }
        return byLength
    }()

    static func of(_ bytes: UnsafeRawBufferPointer?) -> String {
        guard let bytes else { return "" }
        if bytes.count < known.count {
            for candidate in known[bytes.count] where bytes.elementsEqual(candidate.bytes) { return candidate.name }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
