import Orders
import StrictJSON
import Testing

@testable import Pages

/// The large date of an order, as time passes and estimates change.
@Suite struct TrackDateTests {
    @Test func aParcelOnItsWayShowsItsDayAndHours() throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T02:00:00Z")
        let hero = try situation.view("2025-12-01T20:00:00Z").hero
        #expect(hero.label == "Arrives")
        #expect(hero.large.plain == "Wednesday 3 December")
        #expect(hero.fine?.plain == "14:00 – 18:00")
        #expect(!hero.isLate)
    }

    @Test(arguments: [
        ("2025-12-02T12:00:00Z", "Tomorrow"), ("2025-12-02T23:30:00Z", "Today"), ("2025-12-03T10:00:00Z", "Today"),
    ])
    func theDayIsNamedFromTheCustomersDay(now: String, large: String) throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T02:00:00Z")
        let hero = try situation.view(now).hero
        #expect(hero.large == large)
        #expect(hero.fine?.plain == "Wednesday 3 December · 14:00 – 18:00")
    }

    @Test(arguments: [
        ("2025-12-03T17:01:00Z", "Today", "Wednesday 3 December · 18:00"),
        ("2025-12-04T08:00:00Z", "Yesterday", "Wednesday 3 December · 18:00"),
        ("2025-12-06T08:00:00Z", "Wednesday 3 December", "18:00"),
    ])
    func anEstimateThatPassedIsSaidToBe(now: String, large: String, fine: String) throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T02:00:00Z")
        let hero = try situation.view(now).hero
        #expect(hero.label == "Expected by")
        #expect(hero.large.plain == large)
        #expect(hero.fine?.plain == fine)
        #expect(hero.note == "It has not arrived yet. We are looking into it.")
        #expect(hero.isLate)
    }

    @Test func aPromiseThatPassedBeforeAnythingLeftIsSaidToBe() throws {
        let hero = try Situation.confirmed().view("2025-12-04T08:00:00Z").hero
        #expect(hero.large == "Yesterday")
        #expect(hero.note == "It has not left yet. We are looking into it.")
    }

    @Test func anOrderWithoutAnyDateSaysSo() throws {
        let hero = try Situation.confirmed(["promised": nil]).view("2025-12-02T08:00:00Z").hero
        #expect(hero.large == "No date yet")
        #expect(hero.note == "The shop is getting your order ready. We will show the date here as soon as we know it.")
    }

    @Test func severalDaysStandAsASpanAndThenAsTheLastDay() throws {
        let situation = try Situation(["promised": Situation.window("2025-12-09T00:00:00Z", "2025-12-11T23:59:00Z")])
        #expect(try situation.view("2025-12-02T08:00:00Z").hero.large.plain == "9 – 11 December")
        #expect(try situation.view("2025-12-09T08:00:00Z").hero.large.plain == "By Thursday 11 December")
        #expect(try situation.view("2025-12-11T08:00:00Z").hero.large == "Today")
    }

    @Test func anEveningIsNamedByTheDayOnWhichItBegins() throws {
        let situation = try Situation(["promised": Situation.window("2025-12-03T19:00:00Z", "2025-12-04T00:30:00Z")])
        let hero = try situation.view("2025-12-03T12:00:00Z").hero
        #expect(hero.large == "Today")
        #expect(hero.fine?.plain == "Wednesday 3 December · 20:00 – 01:30")
    }

    @Test func wholeDaysShowNoHours() throws {
        for latest in ["2025-12-03T23:59:59Z", "2025-12-04T00:00:00Z"] {
            let situation = try Situation(["promised": Situation.window("2025-12-03T00:00:00Z", latest)])
            let hero = try situation.view("2025-12-01T10:00:00Z").hero
            #expect(hero.large.plain == "Wednesday 3 December")
            #expect(hero.fine == nil)
        }
    }

    @Test func theFirstPromiseStandsBesideTheNewDateAndItsReason() throws {
        var situation = try Situation.dispatched()
        try situation.run(
            .reviseEta,
            "2025-12-02T10:00:00Z",
            [
                "parcelId": "p1", "window": Situation.window("2025-12-05T08:00:00Z", "2025-12-05T12:00:00Z"),
                "source": "carrier", "reason": "A train stands still.",
            ]
        )
        let promise = try #require(try situation.view("2025-12-02T11:00:00Z").hero.promise)
        #expect(promise.first.plain == "Wed 3 Dec · 09:00 – 18:00")
        #expect(promise.now.plain == "Fri 5 Dec · 09:00 – 13:00")
        #expect(promise.reason == "A train stands still.")
    }

    @Test func aScanThatChangesTheDateIsTheReason() throws {
        var situation = try Situation.dispatched()
        try situation.scan(
            "exception",
            "2025-12-02T10:00:00Z",
            ["reason": "weather", "eta": Situation.window("2025-12-05T08:00:00Z", "2025-12-05T12:00:00Z")]
        )
        #expect(try situation.view("2025-12-02T11:00:00Z").hero.promise?.reason == "The weather delays it.")
    }

    @Test func aChangeWithoutAReasonIsSaidToHaveNone() throws {
        var situation = try Situation.dispatched()
        for (source, reason) in [
            ("carrier", "The carrier changed its estimate and gave no reason."),
            ("shop", "The shop changed its estimate and gave no reason."),
        ] {
            try situation.run(
                .reviseEta,
                "2025-12-02T10:00:00Z",
                [
                    "parcelId": "p1", "window": Situation.window("2025-12-05T08:00:00Z", "2025-12-05T12:00:00Z"),
                    "source": .string(source),
                ]
            )
            #expect(try situation.view("2025-12-02T11:00:00Z").hero.promise?.reason == reason)
        }
    }

    @Test func anEstimateWithinThePromiseIsNoChange() throws {
        #expect(try Situation.dispatched().view("2025-12-02T11:00:00Z").hero.promise == nil)
    }

    @Test func aDeliveredOrderShowsWhenItArrived() throws {
        var situation = try Situation.dispatched()
        try situation.scan("delivered", "2025-12-03T14:10:00Z")
        let hero = try situation.view("2025-12-05T11:00:00Z").hero
        #expect(hero.label == "Delivered")
        #expect(hero.large.plain == "Wednesday 3 December")
        #expect(hero.fine == "15:10")
    }

    @Test func anOrderThatIsReadyShowsThePlaceInsteadOfADate() throws {
        var situation = try Situation.confirmed()
        let shop = Situation.place("Rosenstraße 12", "DE", "Europe/Berlin")
        try situation.pack("p1", a: 2, b: 3, "2025-12-01T13:00:00Z", ["kind": "pickup", "pickupPlace": shop])
        try situation.scan("readyForPickup", "2025-12-02T11:00:00Z", place: nil)
        let hero = try situation.view("2025-12-05T11:00:00Z").hero
        #expect(hero.label == "Ready for pickup at")
        #expect(hero.large == "Rosenstraße 12")
        #expect(hero.fine?.plain == "Since Tue 2 Dec at 12:00")
        #expect(!hero.isLate)
    }

    @Test func aCancelledOrderSaysWhy() throws {
        var situation = try Situation()
        try situation.run(.cancelOrder, "2025-12-01T10:00:00Z", ["reason": "fraud"])
        let hero = try situation.view("2025-12-05T11:00:00Z").hero
        #expect(hero.large == "Cancelled")
        #expect(hero.note == "Cancelled by the shop.")
    }

    @Test func theZoneIsNamedWhereNothingSaysWhereTheOrderGoes() throws {
        let situation = try Situation(["country": "US"])
        let view = try situation.view("2025-12-01T10:00:00Z")
        #expect(view.isZoneUnknown)
        #expect(view.hero.fine?.plain == "08:00 – 17:00 UTC")
        let tracked = try situation.tracked("2025-12-01T10:00:00Z", readerZone: "America/New_York")
        let known = TrackView(tracked, TrackLocale(.english, region: "GB"))
        #expect(known.hero.fine?.plain == "03:00 – 12:00 UTC−5")
    }

    @Test func thePageIsRenderedAgainWhenTimeChangesIt() throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T02:00:00Z")
        // The midnight of UTC, an hour after that of Germany, is next.
        #expect(try situation.view("2025-12-02T23:30:00Z").refreshAfter == 1801)
        #expect(try situation.view("2025-12-03T16:59:00Z").refreshAfter == 61)
        try situation.scan("delivered", "2025-12-03T17:10:00Z")
        let arrived = try situation.view("2025-12-03T22:59:00Z")
        #expect(arrived.refreshAfter == 61)
        #expect(arrived.isOver)
    }

    /// The other parcel's failed attempt is the headline, so the large date is not the pickup place.
    @Test func aParcelThatWaitsToBeCollectedIsNotLate() throws {
        var situation = try Situation.confirmed()
        for id in ["p1", "p2"] {
            try situation.pack(id, a: 1)
            try situation.dispatch(id)
        }
        try situation.run(.cancelOrder, "2025-12-01T16:00:00Z", ["reason": "stock", "lines": Situation.units(b: 3)])
        try situation.scan("readyForPickup", "2025-12-02T11:00:00Z")
        let later = Situation.window("2025-12-08T08:00:00Z", "2025-12-08T12:00:00Z")
        try situation.scan("attemptFailed", "2025-12-03T11:00:00Z", of: "p2", ["eta": later])
        let hero = try situation.view("2025-12-05T11:00:00Z").hero
        #expect(!hero.isLate)
        #expect(hero.large.plain == "Monday 8 December")
        #expect(hero.fine?.plain == "09:00 – 13:00")
    }

    @Test func aHeldOrderThatWaitsToBeCollectedShowsItsPlace() throws {
        var situation = try Situation.dispatched()
        try situation.scan("readyForPickup", "2025-12-02T11:00:00Z")
        try situation.run(.holdOrder, "2025-12-02T12:00:00Z", ["holdId": "h1", "reason": "payment"])
        let view = try situation.view("2025-12-05T11:00:00Z")
        #expect(view.status == "On hold")
        #expect(view.hero.large == "Leipzig")
        #expect(!view.hero.isLate)
    }

    /// The promise was for the units that arrived.
    @Test func unitsToBeSentAgainHaveNoDateUntilSomebodySaysOne() throws {
        var situation = try Situation.dispatched()
        try situation.scan("delivered", "2025-12-02T10:00:00Z")
        try situation.run(
            .reportShortage,
            "2025-12-02T11:00:00Z",
            ["claimId": "c1", "parcelId": "p1", "lines": Situation.units(a: 1), "kind": "missing"]
        )
        let view = try situation.view("2025-12-02T12:00:00Z")
        let hero = view.hero
        #expect(!view.hasCalendar)
        #expect(hero.large == "No date yet")
        #expect(hero.note?.hasPrefix("These items will be sent again or refunded.") == true)
        let window = Situation.window("2025-12-09T08:00:00Z", "2025-12-09T12:00:00Z")
        try situation.run(.reviseEta, "2025-12-02T13:00:00Z", ["window": window, "source": "shop"])
        #expect(try situation.view("2025-12-02T14:00:00Z").hero.large.plain == "Tuesday 9 December")
    }

    /// From then on, the page names the last day alone.
    @Test func thePageIsRenderedAgainWhenItsWindowBegins() throws {
        let situation = try Situation(["promised": Situation.window("2025-12-02T10:00:00Z", "2025-12-04T10:00:00Z")])
        #expect(try situation.view("2025-12-02T09:59:00Z").hero.large.plain == "2 – 4 December")
        #expect(try situation.view("2025-12-02T09:59:00Z").refreshAfter == 61)
        #expect(try situation.view("2025-12-02T10:00:00Z").hero.large.plain == "By Thursday 4 December")
    }

    @Test func thePageIsRenderedAgainAtTheMidnightOfTheDelivery() throws {
        var situation = try Situation.dispatched()
        let place = Situation.place("Tokyo", "JP", "Asia/Tokyo")
        try situation.scan("delivered", "2025-12-03T14:00:00Z", place: place)
        #expect(try situation.view("2025-12-03T14:59:00Z").hero.large == "Today")
        #expect(try situation.view("2025-12-03T14:59:00Z").refreshAfter == 61)
        #expect(try situation.view("2025-12-03T15:00:00Z").hero.large == "Yesterday")
    }

    /// Browsers give former names for some zones, and customers of digital goods have no address.
    @Test(arguments: [
        ("Asia/Saigon", "15:00 – 00:00 UTC+7"), ("America/Buenos_Aires", "05:00 – 14:00 UTC−3"),
        ("Asia/Kolkata", "13:30 – 22:30 UTC+5:30"), ("GMT+7", "08:00 – 17:00 UTC"), ("../UTC", "08:00 – 17:00 UTC"),
    ])
    func theReadersZoneIsKnownByItsFormerNamesToo(name: String, times: String) throws {
        let tracked = try Situation(["country": nil, "contactRef": nil]).tracked(
            "2025-12-01T10:00:00Z",
            readerZone: name
        )
        #expect(TrackView(tracked, TrackLocale(.english, region: "GB")).hero.fine?.plain == times)
    }
}
