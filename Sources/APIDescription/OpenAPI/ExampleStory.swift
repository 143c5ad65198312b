import Foundation
import OrderLog
import Orders
import StrictJSON

/// One order's whole life, told by the domain itself: what the API's description shows as examples has really been
/// decoded, decided and folded.
struct ExampleStory {
    private(set) var bodies: [CommandName: JSONValue] = [:]
    private(set) var receipts: [CommandName: JSONValue] = [:]
    private(set) var events: [LoggedEvent] = []
    /// What the domain said no to: nothing, which a test holds.
    private(set) var refused: [CommandName] = []
    private var state: Order
    private var recordedAt = Timestamp(unixMicroseconds: Self.start)

    static let epoch = "q5fz2mxa"
    private static let start: Int64 = 1_793_607_240_000_000
    private static let orderId = "019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4"

    init() {
        state = Order(orderId: UUID(text: Self.orderId) ?? UUID())
        for (name, body) in Self.script { tell(name, body) }
        if let anomaly = state.anomalies.first {
            tell(
                .resolveAnomaly,
                ["version": .integer(anomaly.version), "note": "The customer pays it with the next order."]
            )
        }
        tell(.closeOrder, [:])
    }

    /// The order at the end, as staff read it.
    var order: JSONValue {
        Self.parsed(state.json(for: .staff, role: .staff, position: position(events.count), recordedAt: recordedAt))
    }

    /// The order on a page of the list that has another after it.
    var orderPage: JSONValue {
        ["orders": [order], "next": "AAYkPzqkWgABmkHIbEB7HpM", "position": .string(position(events.count))]
    }

    /// The first two events, as a page.
    var eventPage: JSONValue {
        [
            "events": .array(events.prefix(2).map(json)), "next": .string(position(2)),
            "position": .string(position(2)),
        ]
    }

    /// Two lines, as the bulk route takes them.
    var bulk: String {
        let lines = [CommandName.recordPayment, .confirmOrder].map { name in
            let head: JSONValue = [
                "command": .string(name.rawValue), "orderId": .string(Self.orderId),
                "commandId": "import-7:\(name.rawValue)",
            ]
            let members = bodies[name]?.object?.members.map { ($0.name, $0.value) } ?? []
            return members.reduce(head) { $0.adding($1) }
        }
        return lines.map { String(decoding: $0.bytes, as: UTF8.self) + "\n" }.joined()
    }

    /// An event as staff read it.
    func json(_ event: LoggedEvent) -> JSONValue {
        var writer = JSONWriter(reserving: 1024)
        event.write(to: &writer, for: .staff, position: position(Int(event.seq)))
        return Self.parsed(writer.bytes)
    }

    private func position(_ seq: Int) -> String { "\(Self.epoch)-\(seq)" }

    private mutating func tell(_ name: CommandName, _ body: JSONValue) {
        recordedAt = recordedAt.adding(seconds: 60)
        let decided: [OrderEvent]
        do {
            let command = try OrderCommand.decode(name, body.object ?? JSONObject())
            // Nothing is recorded before it happened.
            recordedAt = max(recordedAt, command.occurredAt?.adding(seconds: 2) ?? recordedAt)
            decided = try state.decide(command, receivedAt: recordedAt)
        } catch {
            refused.append(name)
            return
        }
        let first = events.count
        for event in decided { append(event, of: name) }
        guard bodies[name] == nil else { return }
        bodies[name] = body
        receipts[name] = [
            "orderId": .string(Self.orderId), "version": .integer(state.version),
            "status": .string(state.status.rawValue),
            "position": .string(position(events.count)),
            "events": .array(
                events[first...].map { ["position": .string(position(Int($0.seq))), "type": .string($0.type)] }
            ),
        ]
    }

    private mutating func append(_ event: OrderEvent, of name: CommandName) {
        let change = state.apply(event)
        let texts = event.encode()
        events.append(
            LoggedEvent(
                seq: Int64(events.count + 1),
                orderId: state.orderId,
                version: state.version,
                number: state.number,
                shop: state.shop,
                customer: state.customer,
                type: event.type.rawValue,
                schema: event.schema,
                statusBefore: change.before?.rawValue,
                status: change.after.rawValue,
                data: texts.data,
                internal: texts.internal,
                actor: "backend:backend",
                commandId: "example:\(state.version)",
                correlationId: nil,
                causationId: nil,
                occurredAt: event.occurredAt,
                recordedAt: recordedAt
            )
        )
    }

    private static func parsed(_ bytes: [UInt8]) -> JSONValue {
        do {
            return try JSONValue.parse(bytes)
        } catch {
            return .null
        }
    }
}
