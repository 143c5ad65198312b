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

    /// Tells whether the event gives the order or a parcel another expected time.
    var isNewEstimate: Bool { type == .etaRevised && window("new") != nil }

    func window(_ name: String) -> TimeWindow? {
        guard let window = data[name]?.object,
            let earliest = window["earliest"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let latest = window["latest"]?.string.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        return TimeWindow(earliest: earliest, latest: latest)
    }

    /// An amount in minor units of its currency.
    func money(_ name: String) -> (amount: Int64, currency: String)? {
        guard let money = data[name]?.object, let amount = money["amount"]?.integer,
            let currency = money["currency"]?.string
        else { return nil }
        return (amount, currency)
    }

    var lines: [LineQuantity] {
        (data["lines"]?.array ?? []).compactMap { line in
            guard let lineId = line.object?["lineId"]?.string, let count = line.object?["quantity"]?.integer else {
                return nil
            }
            return LineQuantity(lineId: lineId, quantity: Int(clamping: count))
        }
    }
}
