import Orders
import StrictJSON

/// An event of an order as its customer reads it.
struct TrackedEvent: Sendable {
    let version: Int
    let type: EventType
    let occurredAt: Timestamp
    /// The customer's part of the event.
    let data: JSONObject

    init(version: Int, type: EventType, occurredAt: Timestamp, data: JSONObject) {
        self.version = version
        self.type = type
        self.occurredAt = occurredAt
        self.data = data
    }

    func text(_ name: String) -> String? { data[name]?.string }

    func window(_ name: String) -> TimeWindow? {
        guard let window = data[name]?.object,
            let earliest = window["earliest"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let latest = window["latest"]?.string.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        return TimeWindow(earliest: earliest, latest: latest)
    }

    /// The amount in minor units.
    func amount(_ name: String) -> Int64? { data[name]?.object?["amount"]?.integer }

    var lines: [LineQuantity] {
        (data["lines"]?.array ?? []).compactMap { line in
            guard let lineId = line.object?["lineId"]?.string, let count = line.object?["quantity"]?.integer else {
                return nil
            }
            return LineQuantity(lineId: lineId, quantity: Int(clamping: count))
        }
    }
}
