import Foundation
import OrderLog
import Orders

/// Events and histories for tests.
enum Events {
    static func event(_ seq: Int64, text: String = "x") -> LoggedEvent {
        LoggedEvent(
            seq: seq,
            orderId: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(truncatingIfNeeded: seq))),
            version: Int(seq),
            number: "№ \(seq)",
            shop: "aurora",
            customer: "c-1",
            type: "noteAdded",
            schema: 1,
            statusBefore: seq == 1 ? nil : "placed",
            status: "placed",
            data: seq % 2 == 0 ? nil : Array(#"{"text":"\#(text)"}"#.utf8),
            internal: Array("{}".utf8),
            actor: "backend",
            commandId: "id-\(seq)",
            correlationId: seq % 3 == 0 ? nil : "r",
            causationId: seq % 3 == 0 ? "c" : nil,
            occurredAt: Timestamp(unixMicroseconds: 1_700_000_000_000_001 + seq),
            recordedAt: Timestamp(unixMicroseconds: -5)
        )
    }

    static func events(_ range: ClosedRange<Int64>) -> [LoggedEvent] { range.map { event($0) } }

    /// A history whose epochs begin at these events.
    static func history(_ epochs: (name: String, firstSeq: Int64)...) -> EpochTable {
        EpochTable(
            epochs.enumerated().map { Epoch(ordinal: Int64($0 + 1), name: $1.name, firstSeq: $1.firstSeq) }
        )
    }
}
