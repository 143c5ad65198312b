import Foundation
import StrictJSON
import Testing

@testable import Orders

/// The seeds are bulk lines, each of which an order must accept.
@Suite struct SeedTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Seeds/orders.ndjson")

    private func replaySeeds() throws -> (orders: [Order], repeated: Int, lines: [JSONObject]) {
        var orders: [UUID: Order] = [:]
        var repeated = 0
        var lines: [JSONObject] = []
        for line in try Data(contentsOf: Self.file).split(separator: 0x0A) {
            let object = try #require(try JSONValue.parse(line).object)
            let line = try JSONNode.read(Array(line)) { node in Result { try BulkLine.decode(node) } }.get()
            let orderId = try #require(line.target ?? line.command.orderId)
            let command = line.command
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

    @Test func everySeedLineIsAccepted() throws {
        let (orders, repeated, lines) = try replaySeeds()
        #expect(orders.count >= 80)
        #expect(repeated > 0)
        let keys = lines.compactMap { $0["commandId"]?.string }
        #expect(keys.count == lines.count && Set(keys).count == lines.count)
    }

    @Test func theSeedsUseEveryCommandAndEndInEveryHeadline() throws {
        let (orders, _, lines) = try replaySeeds()
        #expect(Set(lines.compactMap { $0["command"]?.string }) == Set(CommandName.allCases.map(\.rawValue)))
        #expect(Set(orders.compactMap(\.announced)) == Set(OrderStatus.allCases))
        #expect(Set(orders.map(\.lifecycle)) == Set(Lifecycle.allCases))
        #expect(Set(orders.flatMap { $0.returns.map(\.status) }) == Set(ReturnStatus.allCases))
        #expect(orders.contains { !$0.anomalies.isEmpty })
    }

    @Test func theSeedsCoverSeveralShopsCurrenciesAndLocales() throws {
        let orders = try replaySeeds().orders
        #expect(Set(orders.map(\.shop)) == ["aurora", "nordwind", "kumo"])
        #expect(Set(orders.map(\.currency)) == ["EUR", "USD", "JPY", "GBP", "CHF"])
        #expect(Set(orders.map(\.locale)).isSuperset(of: ["de-DE", "fr-FR", "en-GB", "ja-JP", "it-CH", "ar-EG"]))
    }
}
