import EventStreams
import Foundation
import OrderLog
import Orders

/// Frames for tests.
enum Frames {
    static let orders = (0..<3).map { _ in UUID() }
    static let positionEncoder = PositionEncoder { "sealed-\($0.seq)" }

    static func event(
        _ seq: Int64,
        order: UUID? = nil,
        shop: String = "aurora",
        customer: String = "cust-1",
        type: String = "OrderConfirmed",
        before: String? = "placed",
        status: String = "preparing",
        data: String? = "{}",
        internal: String = "{}"
    ) -> LoggedEvent {
        LoggedEvent(
            seq: seq,
            orderId: order ?? orders[Int(seq % 3)],
            version: Int(seq),
            number: "A-1",
            shop: shop,
            customer: customer,
            type: type,
            schema: 1,
            statusBefore: before,
            status: status,
            data: data.map { Array($0.utf8) },
            internal: Array(`internal`.utf8),
            actor: "staff:alice",
            commandId: "k\(seq)",
            correlationId: nil,
            causationId: nil,
            occurredAt: Timestamp(unixMicroseconds: 1_000_000),
            recordedAt: Timestamp(unixMicroseconds: 2_000_000)
        )
    }

    static func frame(_ seq: Int64, data: String? = "{}") -> EventFrame {
        frame(event(seq, data: data))
    }

    static func frame(_ event: LoggedEvent) -> EventFrame {
        EventFrame(event, position: LogPosition(epoch: "aaaaaaaa", seq: event.seq), positionEncoder: positionEncoder)
    }
}
