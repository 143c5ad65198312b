import StrictJSON
import Testing

@testable import Orders
@testable import Pages

/// The page as HTML.
@Suite struct TrackPageTests {
    private func html(_ situation: Situation, _ page: TrackLocale) throws -> String {
        let tracked = try situation.tracked("2025-12-03T09:00:00Z")
        let view = TrackView(tracked, page)
        let variables = TrackPageContext(
            view: view,
            token: "token",
            position: "position",
            version: situation.order.version,
            linkedData: TrackLinkedData.text(of: tracked, shop: view.shop)
        )
        let options = PageOptions(
            language: page.tag,
            direction: page.language == .arabic ? .rightToLeft : .leftToRight,
            holdsStyles: false
        )
        return try PageRenderer(source: try PageSource()).html("track", variables, options)
    }

    @Test(arguments: TrackLanguage.allCases)
    func thePageIsInItsLanguage(language: TrackLanguage) throws {
        var situation = try Situation.dispatched()
        try situation.scan("outForDelivery", "2025-12-03T07:00:00Z")
        let html = try html(situation, TrackLocale(language))
        #expect(html.contains("<html lang=\"\(language.rawValue)\" dir=\"\(language.direction)\">"))
        #expect(html.contains(TrackTexts(language)[.statusOutForDelivery]))
        #expect(html.contains("/track-door.svg\""))
        // A tag that the template left in place.
        #expect(!html.contains("{{"))
    }

    @Test func hostileNamesStayTexts() throws {
        let hostile = "\"\u{301} onmouseover=x <img src=x onerror=alert(1)>\u{202E}"
        var situation = try Situation([
            "number": .string(hostile), "lines": [Situation.line("a", hostile, 2, 1000), Situation.bulb],
        ])
        try situation.pay("pay-1", "captured", 3500)
        try situation.run(.confirmOrder, "2025-12-01T09:40:00Z")
        try situation.run(.addNote, "2025-12-01T10:11:00Z", ["text": .string(hostile), "visibility": "customer"])
        try situation.pack("p1", a: 2, b: 3)
        try situation.run(
            .dispatchParcel,
            "2025-12-01T15:00:00Z",
            ["parcelId": "p1", "carrier": .string(hostile), "trackingNumber": .string(hostile)]
        )
        try situation.scan("exception", "2025-12-02T10:00:00Z", place: Situation.place(hostile, "DE", "Europe/Berlin"))
        let html = try html(situation, TrackLocale(.english))
        #expect(!html.contains("<img src=x"))
        // In the title, the heading, the items, the number, the note, the carrier, and the place.
        #expect(html.split(separator: "&quot;\u{301} onmouseover=x &lt;img").count > 8)
    }

    @Test func theTimeOfAPageHasItsZone() throws {
        #expect(try html(try Situation.dispatched(), TrackLocale(.english, region: "GB")).contains("As of 10:00 UTC+1"))
    }

    @Test func ordersThatAreSettledOfferNoNotifications() throws {
        var situation = try Situation.dispatched()
        #expect(try html(situation, TrackLocale(.english)).contains("data-notify"))
        try situation.scan("delivered", "2025-12-02T14:00:00Z")
        #expect(try !html(situation, TrackLocale(.english)).contains("data-notify aria-pressed"))
    }

    @Test(arguments: TrackLanguage.allCases)
    func aPageThatCannotShowAnOrderTriesAgain(language: TrackLanguage) throws {
        let renderer = PageRenderer(source: try PageSource())
        let page = TrackLocale(language)
        let away = try renderer.html("track-gone", TrackGonePage(page, isGone: false))
        #expect(away.contains("/track-away.js"))
        #expect(away.contains("<noscript><meta http-equiv=\"refresh\""))
        #expect(away.contains(TrackTexts(language)[.awayNext]))
        #expect(!(try renderer.html("track-gone", TrackGonePage(page))).contains("track-away.js"))
    }

    /// A name that is nil is looked for in what encloses it: an absent part must not borrow another one's words.
    @Test func absentPartsStayAbsent() throws {
        var situation = try Situation.dispatched()
        try situation.scan("delivered", "2025-12-02T14:00:00Z", place: nil)
        try situation.run(
            .requestReturn,
            "2025-12-02T15:00:00Z",
            ["returnId": "r1", "lines": Situation.units(b: 1), "reason": "Too bright"]
        )
        let html = try html(situation, TrackLocale(.english))
        let returns = try #require(html.split(separator: "id=\"returns\"").last?.split(separator: "</section>").first)
        #expect(!returns.contains("Carrier"))
        #expect(!returns.contains("JDP1"))
        #expect(!returns.contains("Note from the shop"))
        #expect(!html.contains("promise"))
    }
}
