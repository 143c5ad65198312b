import Orders
import StrictJSON
import Testing

@testable import Pages

/// The cards of parcels in the situations of life.
@Suite struct TrackParcelTests {
    @Test func aLabelThatNobodyScannedIsExplained() throws {
        let view = try Situation.dispatched().view("2025-12-01T20:00:00Z")
        let card = try #require(view.parcels.first)
        #expect(view.status == "Handed over to the carrier")
        #expect(card.status == "Label made")
        #expect(card.notices.map(\.title) == ["Label made. The carrier has not scanned it yet."])
        #expect(card.steps.map(\.state) == ["done", "current", "next", "next", "next"])
    }

    @Test func aLabelThatStaysUnscannedIsSaidToBe() throws {
        let card = try #require(try Situation.dispatched().view("2025-12-03T15:00:00Z").parcels.first)
        #expect(card.notices.map(\.title.plain) == ["Handed over on Mon 16:00, and not scanned since."])
    }

    @Test func aSilentCarrierIsNamedWithTheTimeOfItsLastWord() throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T08:14:00Z")
        #expect(try situation.view("2025-12-04T08:13:00Z").parcels.first?.notices.isEmpty == true)
        let card = try #require(try situation.view("2025-12-04T08:14:00Z").parcels.first)
        #expect(card.notices.map(\.title.plain) == ["Nothing heard since Tue 09:14."])
        try situation.scan("outForDelivery", "2025-12-04T08:20:00Z")
        #expect(try situation.view("2025-12-04T09:00:00Z").parcels.first?.notices.isEmpty == true)
        #expect(try situation.view("2025-12-04T20:20:00Z").parcels.first?.notices.count == 1)
    }

    @Test func stepsFollowTheParcel() throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T02:00:00Z")
        try situation.scan("outForDelivery", "2025-12-03T07:00:00Z")
        let out = try #require(try situation.view("2025-12-03T08:00:00Z").parcels.first)
        #expect(out.steps.map(\.label) == ["Ordered", "Packed", "On the way", "Out for delivery", "Delivered"])
        #expect(out.steps.map(\.state) == ["done", "done", "done", "current", "next"])
        #expect(out.steps.map { $0.time?.plain } == ["Mon 1 Dec", "Mon 1 Dec", "Mon 1 Dec", "Wed 3 Dec", nil])
        try situation.scan("delivered", "2025-12-03T14:00:00Z")
        let arrived = try #require(try situation.view("2025-12-03T15:00:00Z").parcels.first)
        #expect(arrived.steps.allSatisfy { $0.state == "done" })
        #expect(arrived.steps.last?.isCurrent == true)
    }

    @Test(arguments: [
        ("recipient", "Nobody could take it.", "The carrier usually tries again"),
        ("address", "The address is wrong or not complete.", "Please give the shop the right address"),
        ("customs", "Customs are holding it.", "Customs or the carrier may ask you"),
        ("weather", "The weather delays it.", "The carrier usually tries again"),
        ("retailer", "Something is missing from the shop", "The shop is taking care of it."),
    ])
    func aFailedAttemptHasAReasonAndANextStep(reason: String, text: String, next: String) throws {
        var situation = try Situation.dispatched()
        try situation.scan("outForDelivery", "2025-12-03T07:00:00Z")
        try situation.scan("attemptFailed", "2025-12-03T13:00:00Z", ["reason": .string(reason)])
        let view = try situation.view("2025-12-03T14:00:00Z")
        let notice = try #require(view.parcels.first?.notices.first)
        #expect(notice.title == "The carrier could not deliver it.")
        #expect(notice.body?.hasPrefix(text) == true)
        #expect(notice.next?.hasPrefix(next) == true)
        #expect(view.parcels.first?.steps.map(\.state) == ["done", "done", "done", "problem", "next"])
    }

    @Test func aSplitOrderHasACardForEachParcelAndWhatWaits() throws {
        var situation = try Situation.confirmed()
        try situation.pack("p1", a: 2)
        try situation.dispatch("p1")
        try situation.pack("p2", b: 1, "2025-12-02T10:00:00Z")
        try situation.scan("delivered", "2025-12-02T12:00:00Z")
        let view = try situation.view("2025-12-02T13:00:00Z")
        #expect(view.parcels.map(\.title) == ["Parcel 2 of 2", "Parcel 1 of 2"])
        #expect(view.parcels.map(\.status) == ["Packed", "Delivered"])
        #expect(view.parcels[0].items.map(\.name) == ["Bulb"])
        #expect(view.waiting?.items.map { $0.count + " " + $0.name } == ["2 Bulb"])
        #expect(view.waiting?.expected?.plain == "Wed 3 Dec · 09:00 – 18:00")
    }

    @Test func aLostParcelAndItsReplacementBothShow() throws {
        var situation = try Situation.dispatched()
        try situation.scan("lost", "2025-12-08T10:00:00Z")
        let lost = try situation.view("2025-12-08T11:00:00Z")
        #expect(lost.status == "Needs attention")
        #expect(lost.hero.large == "No date yet")
        #expect(lost.waiting?.body == "These items will be sent again or refunded.")
        #expect(lost.parcels.first?.notices.first?.title == "It was lost on the way. We are sorry.")
        try situation.pack("p2", a: 2, b: 3, "2025-12-09T10:00:00Z")
        try situation.dispatch(
            "p2",
            "2025-12-09T12:00:00Z",
            eta: Situation.window("2025-12-11T08:00:00Z", "2025-12-11T12:00:00Z")
        )
        let replaced = try situation.view("2025-12-09T13:00:00Z")
        #expect(replaced.parcels.map(\.status) == ["Label made", "Lost"])
        #expect(replaced.hero.large.plain == "Thursday 11 December")
        #expect(replaced.waiting == nil)
    }

    @Test func aParcelThatComesBackSaysWhatFollows() throws {
        var situation = try Situation.dispatched()
        try situation.scan("returning", "2025-12-05T10:00:00Z")
        let card = try #require(try situation.view("2025-12-05T11:00:00Z").parcels.first)
        #expect(card.status == "On the way back to the shop")
        #expect(card.notices.first?.next?.hasPrefix("The shop will send the items again") == true)
    }

    @Test func aPickupHasItsOwnStepsAndPlace() throws {
        var situation = try Situation.confirmed()
        let shop = Situation.place("Rosenstraße 12", "DE", "Europe/Berlin")
        try situation.pack("p1", a: 2, b: 3, "2025-12-01T13:00:00Z", ["kind": "pickup", "pickupPlace": shop])
        try situation.scan("readyForPickup", "2025-12-02T11:00:00Z", place: nil)
        let card = try #require(try situation.view("2025-12-03T14:00:00Z").parcels.first)
        #expect(card.steps.map(\.label) == ["Ordered", "Confirmed", "Packed", "Ready", "Collected"])
        #expect(card.pickup?.place == "Rosenstraße 12")
        #expect(card.pickup?.country == "Germany")
        #expect(card.notices.isEmpty)
    }

    @Test func aDigitalParcelHasNoSteps() throws {
        var situation = try Situation.confirmed()
        try situation.pack("p1", a: 2, b: 3, "2025-12-01T13:00:00Z", ["kind": "digital"])
        try situation.run(.dispatchParcel, "2025-12-01T14:00:00Z", ["parcelId": "p1"])
        let view = try situation.view("2025-12-01T15:00:00Z")
        #expect(view.parcels.first?.steps.isEmpty == true)
        #expect(view.parcels.first?.sentence == "Delivered electronically.")
        #expect(view.hero.large == "Today")
    }

    @Test func anUnpackedParcelIsNoCard() throws {
        var situation = try Situation.confirmed()
        try situation.pack("p1", a: 2, b: 3)
        try situation.run(.voidParcel, "2025-12-01T14:00:00Z", ["parcelId": "p1", "reason": "The box was torn."])
        let view = try situation.view("2025-12-01T15:00:00Z")
        #expect(view.parcels.isEmpty)
        #expect(view.history.first?.quote == "The box was torn.")
    }

    @Test func theHistoryIsWholeInTheTimeOfEachPlace() throws {
        var situation = try Situation.dispatched()
        try situation.scan(
            "inTransit",
            "2025-12-01T20:00:00Z",
            place: Situation.place("Shenzhen", "CN", "Asia/Shanghai")
        )
        try situation.scan("inTransit", "2025-12-02T20:00:00Z")
        try situation.run(
            .retractScan,
            "2025-12-03T08:00:00Z",
            ["parcelId": "p1", "scanId": "s-inTransit2025-12-02T20:00:00Z", "reason": "Another parcel"]
        )
        let card = try #require(try situation.view("2025-12-03T09:00:00Z").parcels.first)
        #expect(card.history.map(\.title) == ["On the way", "On the way", "Handed over to the carrier", "Packed"])
        #expect(
            card.history.map(\.time.plain) == [
                "Tue 2 Dec at 21:00", "Tue 2 Dec at 04:00 UTC+8", "Mon 1 Dec at 16:00", "Mon 1 Dec at 14:00",
            ]
        )
        #expect(card.history.map(\.isRetracted) == [true, false, false, false])
        #expect(card.latest?.place == "Shenzhen")
    }

    @Test func aDeliveryWithoutASignatureOffersHelp() throws {
        for (proof, mayBeMissing) in [("photo", true), ("signature", false), ("pin", false)] {
            var situation = try Situation.dispatched()
            try situation.scan(
                "delivered",
                "2025-12-03T14:00:00Z",
                ["proof": ["kind": .string(proof), "ref": "secret"]]
            )
            let delivery = try #require(try situation.view("2025-12-03T15:00:00Z").parcels.first?.delivery)
            #expect(delivery.mayBeMissing == mayBeMissing)
            #expect(delivery.proof != nil)
        }
    }

    @Test func whatTheCustomerReportedShowsWithItsNote() throws {
        var situation = try Situation.dispatched()
        try situation.scan("delivered", "2025-12-03T14:00:00Z")
        try situation.run(
            .reportShortage,
            "2025-12-04T10:00:00Z",
            ["claimId": "c1", "parcelId": "p1", "lines": Situation.units(a: 1), "kind": "damaged", "note": "Cracked"]
        )
        let notice = try #require(try situation.view("2025-12-04T11:00:00Z").parcels.first?.notices.first)
        #expect(notice.title == "You reported as damaged")
        #expect(notice.body?.plain == "1 × Lamp")
        #expect(notice.quote == "Cracked")
        #expect(notice.next == "The shop will send it again or refund it.")
    }

    /// The order's headline is that its units are shipped. To the customer that would mean that they arrive.
    @Test(arguments: TrackLanguage.allCases)
    func anOrderThatGoesBackIsNotOnItsWayToTheCustomer(language: TrackLanguage) throws {
        var situation = try Situation.dispatched()
        try situation.scan("returning", "2025-12-05T10:00:00Z")
        let view = try situation.view("2025-12-05T11:00:00Z", language)
        let text = TrackTexts(language)[.scanReturning]
        #expect(view.status == text)
        #expect(view.hero.large == text)
        #expect(view.tone == .back)
        #expect(view.icon == .back)
        #expect(view.statusWord == "shipped")
    }

    @Test(arguments: ["lost", "returnedToSender"])
    func whatFollowsALossIsSaidUntilItHappened(code: String) throws {
        var situation = try Situation.dispatched()
        try situation.scan(code, "2025-12-08T10:00:00Z")
        let before = try #require(try situation.view("2025-12-08T11:00:00Z").parcels.first?.notices.first)
        #expect(before.next?.hasPrefix("The shop will send the items again") == true)
        try situation.pack("p2", a: 2, b: 3, "2025-12-09T10:00:00Z")
        let after = try #require(try situation.view("2025-12-09T11:00:00Z").parcels.last?.notices.first)
        #expect(after.title == before.title)
        #expect(after.next == nil)
    }

    @Test func aParcelHasItsOwnEventsAlone() throws {
        var situation = try Situation.confirmed()
        for id in ["p1", "p2"] {
            try situation.pack(id, a: 1)
            try situation.dispatch(id)
        }
        let window = Situation.window("2025-12-09T08:00:00Z", "2025-12-09T12:00:00Z")
        try situation.run(.reviseEta, "2025-12-02T13:00:00Z", ["window": window, "source": "shop"])
        let parcels = try situation.tracked("2025-12-02T14:00:00Z").parcels
        #expect(
            parcels.allSatisfy { parcel in parcel.events.allSatisfy { $0.text("parcelId") == parcel.parcel.parcelId } }
        )
        #expect(parcels.map { $0.events.first?.type } == [.parcelPacked, .parcelPacked])
        #expect(try situation.tracked("2025-12-02T14:00:00Z").revision?.window("new") != nil)
    }
}
