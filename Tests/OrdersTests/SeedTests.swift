import Foundation
import StrictJSON
import Testing

@testable import Orders

/// The seeds are bulk lines: what they tell must be acceptable, line by line.
@Suite struct SeedTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Seeds/orders.ndjson")

    private func replaySeeds() throws -> (orders: [Order], repeated: Int, lines: [JSONObject]) {
        var orders: [UUID: Order] = [:]
        var repeated = 0
        var lines: [JSONObject] = []
        for line in try Data(contentsOf: Self.file).split(separator: 0x0A) {
            let object = try #require(try JSONValue.parse(line).object)
            let name = try #require(object["command"]?.string.flatMap(CommandName.init(rawValue:)))
            let orderId = try #require(object["orderId"]?.string.flatMap(UUID.init(uuidString:)))
            let command = try OrderCommand.decode(
                name,
                object,
                ignoring: ["command", "orderId", "commandId", "ifMatch"]
            )
            let now = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00Z"))
            #expect(command.validate(receivedAt: now) == nil)
            var order = orders[orderId] ?? Order(orderId: orderId)
            let events = try order.decide(command, receivedAt: now)
            if events.isEmpty { repeated += 1 }
            for event in events { _ = order.apply(event) }
            orders[orderId] = order
            lines.append(object)
        }
        return (Array(orders.values), repeated, lines)
    }

    @Test func everyLineIsAccepted() throws {
        let (orders, repeated, lines) = try replaySeeds()
        #expect((12...20).contains(orders.count))
        #expect(repeated > 0)
        let keys = lines.compactMap { $0["commandId"]?.string }
        #expect(keys.count == lines.count && Set(keys).count == lines.count)
    }

    @Test func theyEndInEveryHeadlineThatNeedsNoReturn() throws {
        let orders = try replaySeeds().orders
        #expect(Set(orders.compactMap(\.announced)) == Set(OrderStatus.allCases).subtracting([.returned]))
        #expect(Set(orders.map(\.shop)) == ["aurora", "nordwind"])
        #expect(Set(orders.map(\.currency)) == ["EUR", "USD", "JPY", "GBP"])
        #expect(Set(orders.map(\.locale)).count > 5)
    }
}
