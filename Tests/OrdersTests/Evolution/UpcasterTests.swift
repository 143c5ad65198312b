import StrictJSON
import Testing

@testable import Orders

/// Invented older layouts: `ShipToChanged` had `contact`, then its country in small letters.
private let past = Upcasters([
    Upcaster(type: .shipToChanged, from: 1) { data, inside in
        var lifted = JSONObject()
        for member in data.members {
            lifted.append(member.name == "contact" ? "contactRef" : member.name, member.value)
        }
        return (lifted, inside)
    },
    Upcaster(type: .shipToChanged, from: 2) { data, inside in
        var lifted = JSONObject()
        for member in data.members {
            lifted.append(
                member.name,
                member.name == "country" ? .string(member.value.string?.uppercased() ?? "") : member.value
            )
        }
        return (lifted, inside)
    },
])

@Suite struct UpcasterTests {
    @Test(arguments: [
        (1, #"{"contact":"c-9","country":"at"}"#), (2, #"{"contactRef":"c-9","country":"at"}"#),
        (3, #"{"contactRef":"c-9","country":"AT"}"#),
    ])
    func eventsOfEveryOldLayoutFoldAsTodays(schema: Int, data: String) throws {
        let event = try stored(schema, data, past)
        var order = Given([placed()]).order
        order.evolve(event)
        #expect(order.contactRef == "c-9" && order.country == "AT")
    }

    @Test func anOldLayoutIsNotReadAsANewOne() {
        #expect(throws: StoredDataError.self) { try stored(3, #"{"contact":"c-9","country":"at"}"#, past) }
        #expect(throws: StoredDataError.self) { try stored(1, #"{"contact":"c-9","country":"at"}"#, .current) }
    }

    @Test(arguments: [0, 4, -1])
    func eventsOfAnUnknownLayoutAreRefused(schema: Int) {
        #expect(throws: StoredDataError.unknownSchema(type: "ShipToChanged", schema: schema)) {
            try stored(schema, #"{"contactRef":"c-9","country":"AT"}"#, past)
        }
    }

    @Test func newEventsAreWrittenInTheNewestLayout() {
        #expect(past.schema(of: .shipToChanged) == 3)
        #expect(past.schema(of: .orderPlaced) == 1)
        #expect(confirmed.schema == EventType.orderConfirmed.schema)
    }

    private func stored(_ schema: Int, _ data: String, _ upcasters: Upcasters) throws -> OrderEvent {
        try OrderEvent(
            type: "ShipToChanged",
            schema: schema,
            occurredAt: at(2),
            number: "1001",
            shop: "aurora",
            customer: "c-1",
            data: Array(data.utf8),
            internal: Array("{}".utf8),
            upcasters: upcasters
        )
    }
}
