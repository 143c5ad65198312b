import FoundationEssentials
import Orders
import StrictJSON
import Testing

@testable import Pages

/// An order in a situation of life, made by commands as clients send them: the events are the decider's own.
struct Situation {
    private(set) var order = Order(orderId: UUID(uuidString: "019ad930-b7c0-7169-b466-03b3a39dabb5") ?? UUID())
    private(set) var events: [TrackedEvent] = []

    /// Places an order of 2 lamps at 10.00 and 3 bulbs at 5.00 to Germany on Monday 1 December 2025, 9:14 in UTC. It
    /// was promised for Wednesday.
    ///
    /// - Parameter changes: members of the command that differ, or are left out where nil.
    init(_ changes: [String: JSONValue?] = [:]) throws {
        var members: [(String, JSONValue)] = [
            ("number", "1001"), ("shop", "aurora"), ("customer", "c-1"), ("contactRef", "contact-1"), ("country", "DE"),
            ("currency", "EUR"), ("locale", "de-DE"), ("lines", [Self.lamp, Self.bulb]), ("shipping", Self.money(0)),
            ("tax", Self.money(0)), ("discount", Self.money(0)), ("total", Self.money(3500)),
            ("promised", Self.window("2025-12-03T08:00:00Z", "2025-12-03T17:00:00Z")),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        try run(.placeOrder, "2025-12-01T09:14:00Z", Dictionary(uniqueKeysWithValues: members))
    }

    /// The same, paid and confirmed.
    static func confirmed(_ changes: [String: JSONValue?] = [:]) throws -> Situation {
        var situation = try Situation(changes)
        try situation.pay("pay-1", "captured", 3500)
        try situation.run(.confirmOrder, "2025-12-01T09:40:00Z")
        return situation
    }

    /// The same in one parcel with DHL, expected on Wednesday from 14:00 to 18:00 in Germany.
    static func dispatched(_ changes: [String: JSONValue?] = [:]) throws -> Situation {
        var situation = try confirmed(changes)
        try situation.pack("p1", a: 2, b: 3)
        try situation.dispatch("p1")
        return situation
    }

    // MARK: Commands

    mutating func run(_ command: CommandName, _ time: String, _ fields: [String: JSONValue] = [:]) throws {
        var body = JSONObject()
        body.append("occurredAt", .string(time))
        for (name, value) in fields { body.append(name, value) }
        let received = try #require(Timestamp(rfc3339: time))
        for event in try order.decide(try OrderCommand.decode(command, body), receivedAt: received) {
            order.evolve(event)
            guard let data = event.encode().data, let object = try JSONValue.parse(data).object else { continue }
            events.append(
                TrackedEvent(version: order.version, type: event.type, occurredAt: event.occurredAt, data: object)
            )
        }
    }

    mutating func pay(_ id: String, _ kind: String, _ amount: Int64, _ time: String = "2025-12-01T09:15:00Z") throws {
        try run(
            .recordPayment,
            time,
            [
                "paymentId": .string(id), "kind": .string(kind), "amount": Self.money(amount),
                "providerRef": "psp-secret",
            ]
        )
    }

    mutating func pack(
        _ parcelId: String,
        a: Int = 0,
        b: Int = 0,
        _ time: String = "2025-12-01T13:00:00Z",
        _ more: [String: JSONValue] = [:]
    ) throws {
        let fields: [String: JSONValue] = ["parcelId": .string(parcelId), "lines": Self.units(a: a, b: b)]
        try run(.packParcel, time, fields.merging(more) { $1 })
    }

    mutating func dispatch(
        _ parcelId: String,
        _ time: String = "2025-12-01T15:00:00Z",
        eta: JSONValue? = window("2025-12-03T13:00:00Z", "2025-12-03T17:00:00Z")
    ) throws {
        var fields: [String: JSONValue] = [
            "parcelId": .string(parcelId), "carrier": "dhl", "trackingNumber": .string("JD" + parcelId.uppercased()),
        ]
        fields["eta"] = eta
        try run(.dispatchParcel, time, fields)
    }

    mutating func scan(
        _ code: String,
        _ time: String,
        of parcelId: String = "p1",
        place: JSONValue? = place("Leipzig", "DE", "Europe/Berlin"),
        _ more: [String: JSONValue] = [:]
    ) throws {
        var fields: [String: JSONValue] = [
            "parcelId": .string(parcelId), "scanId": .string("s-" + code + time), "code": .string(code),
        ]
        fields["place"] = place
        try run(.recordScan, time, fields.merging(more) { $1 })
    }

    // MARK: Values

    static let lamp = line("a", "Lamp", 2, 1000)
    static let bulb = line("b", "Bulb", 3, 500)

    static func line(_ id: String, _ name: String, _ quantity: Int, _ price: Int64) -> JSONValue {
        [
            "lineId": .string(id), "sku": "S-1", "name": .string(name), "quantity": .integer(quantity),
            "unitPrice": money(price),
        ]
    }

    static func units(a: Int = 0, b: Int = 0) -> JSONValue {
        .array(
            [("a", a), ("b", b)].filter { $0.1 > 0 }.map { id, count in
                ["lineId": .string(id), "quantity": .integer(count)]
            }
        )
    }

    static func money(_ amount: Int64, _ currency: String = "EUR") -> JSONValue {
        ["amount": .integer(amount), "currency": .string(currency)]
    }

    static func window(_ earliest: String, _ latest: String) -> JSONValue {
        ["earliest": .string(earliest), "latest": .string(latest)]
    }

    static func place(_ text: String, _ country: String, _ zone: String) -> JSONValue {
        ["text": .string(text), "country": .string(country), "timeZone": .string(zone)]
    }

    // MARK: Reading

    func tracked(_ now: String, readerZone: String? = nil) throws -> TrackedOrder {
        TrackedOrder(order, events: events, now: try #require(Timestamp(rfc3339: now)), readerZone: readerZone)
    }

    /// The page at a time, in a language.
    func view(_ now: String, _ language: TrackLanguage = .english, region: String? = "GB") throws -> TrackView {
        TrackView(try tracked(now), TrackLocale(language, region: language == .english ? region : nil))
    }
}
