import Orders
import StrictJSON
import Testing

@testable import Pages

/// The forms beside the page: the calendar, and the data for programs.
@Suite struct TrackFormatsTests {
    private let page = TrackLocale(.english)

    @Test func theCalendarHasAnEntryForEachParcelToCome() throws {
        var situation = try Situation.confirmed(["number": "10;01,a\\b\nBEGIN:VALARM"])
        try situation.pack("p1", a: 2)
        try situation.dispatch("p1")
        try situation.pack("p2", b: 3)
        let text = try #require(TrackCalendar.text(of: try situation.tracked("2025-12-01T20:00:00Z"), page))
        let lines = text.replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
        #expect(text.hasSuffix("END:VCALENDAR\r\n"))
        #expect(lines.count { $0 == "BEGIN:VEVENT" } == 2)
        #expect(lines.contains("DTSTART:20251203T130000Z"))
        #expect(lines.contains("DTEND:20251203T170000Z"))
        #expect(lines.contains(#"SUMMARY:Delivery of order 10\;01\,a\\b BEGIN:VALARM"#))
        #expect(lines.contains { $0.hasPrefix("DESCRIPTION:DHL · JDP1\\n") })
        #expect(!lines.contains("BEGIN:VALARM"))
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        #expect(Set(lines.filter { $0.hasPrefix("UID:") }).count == 2)
    }

    @Test func theCalendarIsEmptyWhereNothingIsToCome() throws {
        var situation = try Situation.dispatched()
        #expect(TrackCalendar.text(of: try situation.tracked("2025-12-04T20:00:00Z"), page) == nil)
        try situation.scan("delivered", "2025-12-03T10:00:00Z")
        let tracked = try situation.tracked("2025-12-03T11:00:00Z")
        #expect(TrackCalendar.text(of: tracked, page) == nil)
        #expect(!TrackView(tracked, page).hasCalendar)
    }

    @Test func anOrderWithoutParcelsIsInTheCalendarByItsPromise() throws {
        let text = TrackCalendar.text(of: try Situation().tracked("2025-12-01T20:00:00Z"), page)
        #expect(text?.contains("DTSTART:20251203T080000Z") == true)
    }

    @Test func linesAreFoldedBetweenCharacters() throws {
        let situation = try Situation(["number": .string(String(repeating: "ä", count: 100))])
        let text = try #require(TrackCalendar.text(of: try situation.tracked("2025-12-01T20:00:00Z"), page))
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        #expect(text.replacing("\r\n ", with: "").contains(String(repeating: "ä", count: 100)))
    }

    @Test func linkedDataCannotEndItsElement() throws {
        let name = "</script><script>alert(1)</script><\u{301}!-- & more"
        var situation = try Situation.confirmed([
            "number": .string(name),
            "lines": [Situation.line("a", name, 2, 1000), Situation.bulb],
        ])
        try situation.pack("p1", a: 2, b: 3)
        try situation.dispatch("p1")
        let text = TrackLinkedData.text(of: try situation.tracked("2025-12-01T20:00:00Z"), shop: "Aurora")
        #expect(!text.unicodeScalars.contains { "<>&".unicodeScalars.contains($0) })
        let order = try #require(try JSONValue.parse(Array(text.utf8)).object)
        #expect(order["@type"]?.string == "Order")
        #expect(order["orderNumber"]?.string == name)
        #expect(order["orderStatus"]?.string == "https://schema.org/OrderInTransit")
        let delivery = try #require(order["orderDelivery"]?.array?.first?.object)
        #expect(delivery["@type"]?.string == "ParcelDelivery")
        #expect(delivery["trackingNumber"]?.string == "JDP1")
        #expect(delivery["expectedArrivalUntil"]?.string == "2025-12-03T17:00:00Z")
    }

    /// A method belongs to scheduling by mail, and demands an organizer (RFC 5546, section 3.2.1).
    @Test func theCalendarIsNoInvitation() throws {
        let text = try #require(TrackCalendar.text(of: try Situation().tracked("2025-12-01T20:00:00Z"), page))
        #expect(!text.contains("METHOD"))
    }

    @Test(arguments: [
        // Days of UTC, and a day in which Germany's clocks go forward.
        ("2026-03-27T00:00:00Z", "2026-03-28T23:59:59Z", "20260327", "20260329"),
        ("2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "20260328", "20260329"),
        ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "20260329", "20260330"),
    ])
    func wholeDaysAreDaysInTheCalendar(earliest: String, latest: String, start: String, end: String) throws {
        let situation = try Situation(["promised": Situation.window(earliest, latest)])
        let text = try #require(TrackCalendar.text(of: try situation.tracked("2025-12-01T20:00:00Z"), page))
        #expect(text.contains("DTSTART;VALUE=DATE:\(start)\r\nDTEND;VALUE=DATE:\(end)\r\n"))
    }
}
