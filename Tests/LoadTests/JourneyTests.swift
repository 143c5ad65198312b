import Foundation
import Orders
import StrictJSON
import Testing

@testable import waybill_load

/// Tests that the commands of the load are those that a service accepts.
@Suite struct JourneyTests {
    private func line(_ step: JourneyStep, _ index: Int, _ key: OrderIdentity) -> [UInt8] {
        var bytes: [UInt8] = []
        step.line(index).render(key, TimestampTexts(), into: &bytes)
        return bytes
    }

    private func key() -> OrderIdentity {
        var random = SplitMix64(seed: 7)
        return OrderIdentity(milliseconds: TimestampTexts().milliseconds, number: 1234, random: &random)
    }

    @Test(arguments: Journey.allCases) func everyCommandOfAJourneyIsAccepted(_ journey: Journey) throws {
        for shop in LoadShop.all {
            let key = key()
            let orderId = try #require(UUID(uuidString: String(decoding: key.id, as: UTF8.self)))
            var order = Order(orderId: orderId)
            for (index, step) in journey.steps(in: shop).enumerated() {
                let bytes = line(step, index, key)
                #expect(bytes.last == UInt8(ascii: "\n"))
                let bulk = try JSONNode.read(Array(bytes.dropLast())) { node in Result { try BulkLine.decode(node) } }
                    .get()
                #expect((bulk.target ?? bulk.command.orderId) == orderId)
                let now = try #require(Timestamp(rfc3339: String(decoding: TimestampTexts().now, as: UTF8.self)))
                #expect(bulk.command.validate(receivedAt: now) == nil)
                let events = try order.decide(bulk.command, receivedAt: now)
                #expect(journey.isOneToOne ? events.count == 1 : !events.isEmpty)
                for event in events { _ = order.apply(event) }
            }
        }
    }

    @Test func contentLengthOfARequestIsThatOfItsBody() throws {
        for shop in LoadShop.all {
            for (index, step) in Journey.allCases.flatMap({ $0.steps(in: shop) }).enumerated() {
                var bytes: [UInt8] = []
                step.request(index, token: "t").render(key(), TimestampTexts(), into: &bytes)
                let text = String(decoding: bytes, as: UTF8.self)
                let parts = text.components(separatedBy: "\r\n\r\n")
                try #require(parts.count == 2)
                #expect(parts[0].hasSuffix("Content-Length: \(parts[1].utf8.count)"))
                #expect(try JSONValue.parse(Array(parts[1].utf8)).object != nil)
            }
        }
    }

    @Test func orderIdsAreOfVersionSevenAndAscendWithTime() throws {
        var random = SplitMix64(seed: 1)
        let ids = (0..<100).map { step in
            let key = OrderIdentity(milliseconds: 1_793_607_360_000 + UInt64(step), number: step, random: &random)
            return String(decoding: key.id, as: UTF8.self)
        }
        #expect(ids == ids.sorted() && Set(ids).count == 100)
        for id in ids {
            #expect(UUID(uuidString: id) != nil)
            let variant = try #require(id.dropFirst(19).first)
            #expect(id.dropFirst(14).first == "7" && "89ab".contains(variant))
        }
    }

    @Test func timesAreFormattedInUTC() {
        #expect(
            String(decoding: TimestampTexts.text(1_793_607_360_042), as: UTF8.self) == "2026-11-02T08:16:00.042Z"
        )
    }
}
