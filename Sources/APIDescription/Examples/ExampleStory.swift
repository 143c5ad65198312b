import Foundation
import OrderLog
import Orders
import StrictJSON

/// The life of one order, from which the examples of the API's description come: the domain itself has decoded, decided
/// and folded each of them.
struct ExampleStory {
    private(set) var bodies: [CommandName: JSONValue] = [:]
    private(set) var receipts: [CommandName: JSONValue] = [:]
    private(set) var events: [LoggedEvent] = []
    /// The commands that the domain refused. A test checks that there are none.
    private(set) var refused: [CommandName] = []
    private var state: Order
    private var recordedAt = Timestamp(unixMicroseconds: Self.start)

    static let epoch = "q5fz2mxa"
    private static let start: Int64 = 1_793_607_240_000_000
    private static let orderId = "019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4"

    init() {
        state = Order(orderId: UUID(text: Self.orderId) ?? UUID())
        for (name, body) in Self.script { run(name, body) }
        if let anomaly = state.anomalies.first {
            run(
                .resolveAnomaly,
                ["version": .integer(anomaly.version), "note": "The customer pays it with the next order."]
            )
        }
        run(.closeOrder, [:])
        run(.reopenOrder, ["reason": "The customer asks for another invoice."])
        run(.closeOrder, [:])
    }

    /// The order at the end of its life, as staff read it.
    var order: JSONValue {
        Self.parsed(state.json(for: .staff, role: .staff, position: position(events.count), recordedAt: recordedAt))
    }

    /// A page of the order list that another page follows.
    var orderPage: JSONValue {
        ["orders": [order], "next": "AAYkPzqkWgABmkHIbEB7HpM", "position": .string(position(events.count))]
    }

    /// The page of the first two events.
    var eventPage: JSONValue {
        [
            "events": .array(events.prefix(2).map(json)), "next": .string(position(2)),
            "position": .string(position(2)),
        ]
    }

    /// Two lines of a bulk request.
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

    /// The story's first scan, by the parcel's tracking number.
    var trackedScan: JSONValue {
        let scan = bodies[.recordScan]?.object?.members.filter { $0.name != "parcelId" } ?? []
        return .members(
            [("carrier", "dhl"), ("trackingNumber", "0034 0434 1610 9401 5903")] + scan.map { ($0.name, $0.value) }
        )
    }

    /// The event as staff read it.
    func json(_ event: LoggedEvent) -> JSONValue {
        var writer = JSONWriter(reserving: 1024)
        event.write(to: &writer, for: .staff, position: position(Int(event.seq)))
        return Self.parsed(writer.bytes)
    }

    private func position(_ seq: Int) -> String { "\(Self.epoch)-\(seq)" }

    private mutating func run(_ name: CommandName, _ body: JSONValue) {
        recordedAt = recordedAt.adding(seconds: 60)
        let decided: [OrderEvent]
        do {
            let command = try OrderCommand.decode(name, body.object ?? JSONObject())
            // An event is recorded after it happened.
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
                zip(events[first...], decided).map { logged, event in
                    let anomaly = event.anomaly.map { [("anomaly", JSONValue.string($0.code.rawValue))] } ?? []
                    return .members(
                        [("position", .string(position(Int(logged.seq)))), ("type", .string(logged.type))] + anomaly
                    )
                }
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
