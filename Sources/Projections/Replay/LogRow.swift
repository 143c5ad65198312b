import Foundation
import OrderLog
import Orders
import Postgres

/// One event in the bytes of a `LogChunk`. Valid while the chunk lends its bytes.
struct LogRow {
    /// The columns of a row, in the order in which this type reads them. The envelope comes with an order's first
    /// event.
    static let columns = """
        seq, order_id, version, occurred_at, recorded_at, schema, type, status, data, internal, \
        case when version = 1 then number end, case when version = 1 then shop end, \
        case when version = 1 then customer end
        """
    static let columnCount = 13

    let seq: Int64
    let orderId: UUID
    let version: Int
    private var remaining: PostgresCopyRow

    init(_ bytes: UnsafeRawBufferPointer, at place: Int) throws {
        remaining = PostgresCopyRow(bytes, at: place)
        seq = try remaining.next()
        orderId = try remaining.next()
        version = Int(try remaining.next(as: Int32.self))
    }

    /// Reads the event. Called once. Values that folding does not use are left empty.
    ///
    /// - Parameter envelope: the order's envelope; not used for an order's first event, which has its own.
    mutating func event(envelope: EventEnvelope) throws -> LoggedEvent {
        let occurredAt = try remaining.next(as: PostgresTimestamp.self)
        let recordedAt = try remaining.next(as: PostgresTimestamp.self)
        let schema = Int(try remaining.next(as: Int16.self))
        let type = EventTypeName.decode(remaining.next())
        let status = remaining.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
        let data = remaining.next().map { Array($0) }
        let `internal` = remaining.next().map { Self.isEmptyObject($0) ? Self.emptyObject : Array($0) } ?? []
        var envelope = envelope
        if version == 1 {
            envelope = try EventEnvelope(number: remaining.next(), shop: remaining.next(), customer: remaining.next())
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
            occurredAt: Timestamp(occurredAt),
            recordedAt: Timestamp(recordedAt)
        )
    }

    private static let emptyObject = Array("{}".utf8)

    private static func isEmptyObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count == 2 && bytes[0] == UInt8(ascii: "{") && bytes[1] == UInt8(ascii: "}")
    }
}
