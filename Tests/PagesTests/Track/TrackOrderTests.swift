import StrictJSON
import Testing

@testable import Orders
@testable import Pages

/// Money, returns, holds, notes, and what customers must not see.
@Suite struct TrackOrderTests {
    @Test func aRefundOwedAndRefundsMadeStandBesideThePayment() throws {
        var situation = try Situation.confirmed()
        try situation.run(.cancelOrder, "2025-12-01T12:00:00Z", ["reason": "customer"])
        try situation.pay("pay-2", "refunded", 1000, "2025-12-03T09:00:00Z")
        let view = try situation.view("2025-12-04T09:00:00Z")
        #expect(view.money.owed == "€25.00")
        #expect(
            view.money.rows.map { $0.label.plain + " " + $0.amount } == [
                "Total €35.00", "Total after changes €0.00", "Paid €35.00", "Refunded on Wed 3 Dec €10.00",
            ]
        )
        try situation.pay("pay-3", "refunded", 2500, "2025-12-04T09:00:00Z")
        #expect(try situation.view("2025-12-04T10:00:00Z").money.owed == nil)
    }

    @Test(arguments: [
        ("onDelivery", "To pay on delivery"), ("invoice", "To pay by invoice"), ("prepaid", "Still to pay"),
    ])
    func whatIsStillToPayStandsWithItsWay(terms: String, label: String) throws {
        let view = try Situation(["terms": .string(terms)]).view("2025-12-01T10:00:00Z")
        #expect(view.money.rows.last?.label == label)
        #expect(view.money.rows.last?.isStrong == true)
    }

    @Test func reservedMoneyIsNotPaid() throws {
        var situation = try Situation()
        try situation.pay("pay-1", "authorized", 3500)
        let rows = try situation.view("2025-12-01T10:00:00Z").money.rows
        #expect(rows.map(\.label) == ["Total", "Reserved, not taken yet"])
    }

    @Test func amountsHaveTheDigitsOfTheirCurrency() {
        let format = TrackFormat(TrackLocale(.english, region: "GB"), now: Timestamp(unixMicroseconds: 0))
        #expect(format.money(1290, "EUR") == "€12.90")
        #expect(format.money(1290, "JPY").plain == "JP¥1,290")
        #expect(format.money(12_900, "KWD").plain == "KWD 12.900")
        let german = TrackFormat(TrackLocale(.german, region: "DE"), now: Timestamp(unixMicroseconds: 0))
        #expect(german.money(123_450, "EUR").plain == "1.234,50 €")
    }

    @Test func aReturnShowsItsStageAndWhatArrived() throws {
        var situation = try Situation.dispatched()
        try situation.scan("delivered", "2025-12-03T14:00:00Z")
        let units = Situation.units(b: 2)
        try situation.run(
            .requestReturn,
            "2025-12-05T10:00:00Z",
            ["returnId": "r1", "lines": units, "reason": "Too bright"]
        )
        #expect(try situation.view("2025-12-05T11:00:00Z").returns.first?.status == "Requested")
        try situation.run(
            .decideReturn,
            "2025-12-05T12:00:00Z",
            ["returnId": "r1", "approve": true, "note": "Use the label.", "staffNote": "secret"]
        )
        try situation.run(
            .receiveReturn,
            "2025-12-08T12:00:00Z",
            [
                "returnId": "r1", "lines": [["lineId": "b", "quantity": 1, "condition": "damaged"]],
                "complete": false, "receiptId": "e1",
            ]
        )
        let partly = try #require(try situation.view("2025-12-08T13:00:00Z").returns.first)
        #expect(partly.status == "Approved")
        #expect(partly.note == "Use the label.")
        #expect(partly.items.map(\.count) == ["2"])
        #expect(partly.arrived.map(\.count) == ["1"])
        try situation.run(
            .receiveReturn,
            "2025-12-09T12:00:00Z",
            ["returnId": "r1", "lines": [["lineId": "b", "quantity": 1, "condition": "sellable"]], "receiptId": "e2"]
        )
        let view = try situation.view("2025-12-09T13:00:00Z")
        #expect(view.returns.first?.status == "Received")
        #expect(view.money.owed == "€10.00")
    }

    @Test func cancelledItemsStandWithTheirReason() throws {
        var situation = try Situation.confirmed()
        try situation.run(
            .cancelOrder,
            "2025-12-01T12:00:00Z",
            ["reason": "stock", "lines": Situation.units(b: 1)]
        )
        let view = try situation.view("2025-12-01T13:00:00Z")
        #expect(view.cancelled.map { $0.count + " " + $0.name } == ["1 Bulb"])
        #expect(view.cancelled.first?.remark == "It could not be supplied. We are sorry.")
    }

    @Test(arguments: [
        ("payment", "We are waiting for the payment to clear."),
        ("stock", "We are waiting for items to come into stock."),
        ("fraud", "We are checking something about your order."),
    ])
    func aHoldIsExplained(reason: String, text: String) throws {
        var situation = try Situation()
        try situation.run(.holdOrder, "2025-12-01T10:00:00Z", ["holdId": "h1", "reason": .string(reason)])
        let view = try situation.view("2025-12-01T11:00:00Z")
        #expect(view.status == "On hold")
        #expect(view.notices.map(\.body) == [text])
    }

    @Test func aReplacementIsSaidToBeOne() throws {
        let relation: JSONValue = ["orderId": "019ad930-b7c0-7169-b466-000000000001", "kind": "replacement"]
        let view = try Situation(["relatesTo": relation]).view("2025-12-01T11:00:00Z")
        #expect(view.notices.map(\.title) == ["This order replaces items of an earlier one."])
    }

    @Test func nothingInternalIsOnThePage() throws {
        var situation = try Situation(["privateMetadata": ["k": "secret"], "customer": "secret-customer"])
        try situation.pay("pay-1", "captured", 9999)
        try situation.run(
            .holdOrder,
            "2025-12-01T10:00:00Z",
            ["holdId": "secret-hold", "reason": "fraud", "note": "secret"]
        )
        try situation.run(.releaseHold, "2025-12-01T10:05:00Z", ["holdId": "secret-hold"])
        try situation.run(.addNote, "2025-12-01T10:10:00Z", ["text": "secret", "visibility": "staff"])
        try situation.run(.addNote, "2025-12-01T10:11:00Z", ["text": "Hello", "visibility": "customer"])
        try situation.run(.confirmOrder, "2025-12-01T10:20:00Z")
        try situation.pack("p1", a: 2, b: 3)
        try situation.scan("delivered", "2024-01-01T10:00:00Z", place: Situation.place("secret", "DE", "Europe/Berlin"))
        for language in TrackLanguage.allCases {
            let view = try situation.view("2025-12-01T15:00:00Z", language)
            var text = ""
            dump(view, to: &text)
            #expect(!text.contains("secret"))
            #expect(!text.lowercased().contains("fraud"))
            #expect(view.notes.map(\.message) == ["Hello"])
            #expect(view.parcels.first?.status == TrackTexts(language)[.stepPacked])
        }
    }

    @Test func aGuestsOrderWithoutCountryOrPromiseIsComplete() throws {
        let view = try Situation(["country": nil, "contactRef": nil, "promised": nil]).view("2025-12-01T11:00:00Z")
        #expect(view.status == "Order received")
        #expect(view.waiting?.items.count == 2)
        #expect(view.history.map(\.title) == ["Order placed"])
    }

    @Test func namesCannotChangeTheDirectionOfTitles() throws {
        let view = try Situation(["number": "1\u{202E}\u{2069}2\n3"]).view("2025-12-01T11:00:00Z")
        #expect(view.title == "Order received · \u{2068}12 3\u{2069}")
    }

    @Test func carriersPagesAreHTTPSAlone() {
        func address(_ carrier: String?, _ number: String?, _ url: String? = nil) -> String? {
            CarrierPage.address(of: Tracking(carrier: carrier, trackingNumber: number, trackingUrl: url))
        }
        #expect(address("UPS", "1Z 9/9") == "https://www.ups.com/track?tracknum=1Z%209%2F9")
        #expect(address("Royal-Mail", "A1") == "https://www.royalmail.com/track-your-item#/tracking-results/A1")
        #expect(address("our van", "1") == nil)
        #expect(address("dhl", "1", "https://example.com/1") == "https://example.com/1")
        #expect(address("dhl", "1", "http://example.com/1") == nil)
        #expect(address("dhl", "1", "javascript:alert(1)") == nil)
        #expect(address("dhl", "1", "https://example.com/\"onclick=") == nil)
    }

    @Test func aReturnThatCameInPartShowsWhatCame() throws {
        var situation = try Situation.dispatched()
        try situation.scan("delivered", "2025-12-03T14:00:00Z")
        try situation.run(
            .requestReturn,
            "2025-12-05T10:00:00Z",
            ["returnId": "r1", "lines": Situation.units(a: 1, b: 2), "reason": "Too bright"]
        )
        try situation.run(.decideReturn, "2025-12-05T12:00:00Z", ["returnId": "r1", "approve": true])
        try situation.run(
            .receiveReturn,
            "2025-12-08T12:00:00Z",
            ["returnId": "r1", "lines": [["lineId": "b", "quantity": 1, "condition": "sellable"]]]
        )
        let card = try #require(try situation.view("2025-12-08T13:00:00Z").returns.first)
        #expect(card.status == "Received")
        #expect(card.arrived.map { $0.count + " " + $0.name } == ["1 Bulb"])
    }

    @Test func aPaymentInAnotherCurrencyIsShownInIt() throws {
        var situation = try Situation()
        try situation.run(
            .recordPayment,
            "2025-12-01T09:15:00Z",
            [
                "paymentId": "pay-1", "kind": "captured", "amount": Situation.money(3500, "JPY"),
                "providerRef": "psp-1",
            ]
        )
        #expect(try situation.view("2025-12-01T10:00:00Z").history.first?.detail?.plain == "JP¥3,500")
    }

    @Test func anAmountReadsRightInALineFromRightToLeft() {
        let format = TrackFormat(TrackLocale(.arabic), now: Timestamp(unixMicroseconds: 0))
        // The mark behind the sign keeps it with its letters.
        #expect(format.money(17_898, "USD").hasSuffix("US$\u{200E}"))
        #expect(!format.money(17_898, "EUR").contains("\u{200E}"))
    }
}
