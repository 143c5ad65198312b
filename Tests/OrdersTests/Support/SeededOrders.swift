import Foundation
import StrictJSON
import Testing

@testable import Orders

/// The orders of the seeds after all their commands, which are decided in the sequence of the file.
struct SeededOrders {
    /// The orders by the name of their story.
    private(set) var orders: [String: Order] = [:]
    private(set) var lines: [JSONObject] = []
    /// The ids of the commands that were refused, each with the reason.
    private(set) var refusals: [String] = []
    /// The numbers of the lines that added no event, by the name of their story.
    private(set) var repeated: [String: Int] = [:]
    /// The codes of the anomalies that were raised, by the name of their story.
    private(set) var anomalies: [String: [AnomalyCode]] = [:]
    private(set) var eventTypes: Set<EventType> = []
    /// The orders' answers to staff, by the name of their story.
    private(set) var answers: [String: JSONObject] = [:]

    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Seeds/orders.ndjson")

    /// The seeds, read once for all tests.
    static let all = Result { try SeededOrders() }

    private init() throws {
        let now = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00Z"))
        for bytes in try Data(contentsOf: Self.file).split(separator: 0x0A) {
            let object = try #require(try JSONValue.parse(bytes).object)
            let line = try JSONNode.read(Array(bytes)) { node in Result { try BulkLine.decode(node) } }.get()
            let orderId = try #require(line.target ?? line.command.orderId)
            let story = try #require(Self.story(of: object))
            var order = orders[story] ?? Order(orderId: orderId)
            do {
                if let invalid = line.command.validate(receivedAt: now) { throw invalid }
                if order.orderId != orderId { throw SeedError.storyOfTwoOrders }
                for event in try decide(line.command, on: order, story: story, at: now) { _ = order.apply(event) }
            } catch {
                refusals.append("\(object["commandId"]?.string ?? ""): \(error)")
            }
            orders[story] = order
            lines.append(object)
        }
        for (story, order) in orders {
            let answer = order.json(for: .staff, position: "abcdefgh-1", recordedAt: now)
            answers[story] = try JSONValue.parse(answer).object
        }
    }

    private enum SeedError: Error {
        case storyOfTwoOrders
    }

    private mutating func decide(
        _ command: OrderCommand,
        on order: Order,
        story: String,
        at now: Timestamp
    ) throws -> [OrderEvent] {
        let events = try order.decide(command, receivedAt: now)
        if events.isEmpty { repeated[story, default: 0] += 1 }
        eventTypes.formUnion(events.map(\.type))
        let codes = events.compactMap(\.anomaly?.code)
        if !codes.isEmpty { anomalies[story, default: []] += codes }
        return events
    }

    /// The name of a line's story: `coupon-half-cancelled` of the command id `seed:coupon-half-cancelled:4`.
    private static func story(of line: JSONObject) -> String? {
        guard let parts = line["commandId"]?.string?.split(separator: ":"), parts.count == 3 else { return nil }
        return String(parts[1])
    }

    /// The orders whose stories are over when the seeds end.
    var finished: [(story: String, order: Order)] {
        orders.filter { !$0.key.hasPrefix("underway-") }.map { ($0.key, $0.value) }
    }

    /// An amount of an order's payment, such as `due`, in minor units.
    func payment(_ member: String, of story: String) -> Int64? {
        answers[story]?["payment"]?.object?[member]?.object?["amount"]?.integer
    }

    func attentionReasons(of story: String) -> Set<String> {
        Set(answers[story]?["internal"]?.object?["attentionReasons"]?.array?.compactMap(\.string) ?? [])
    }
}
