import StrictJSON
import Testing

@testable import Orders

@Suite struct AttentionTests {
    @Test func anOrdinaryOrderNeedsNoAttention() throws {
        for state in try [Given.paidLamps, Given.sentLamps, Given.deliveredLamps, Given.deliveredLamps.after(.close)] {
            #expect(state.attention == [] && state.staff["internal/attention"] == false)
        }
    }

    /// An order whose two units are under way, each in a parcel of its own.
    private func twoParcels() throws -> Given {
        let two = Step.place(
            [lineBody("a", quantity: "1", price: money(1000)), lineBody("b", quantity: "1", price: money(1000))],
            total: 2000
        )
        return try Given(
            after: two,
            .confirm,
            .pay("m", "captured", 2000),
            .pack("p", ["a": 1]),
            .pack("q", ["b": 1]),
            .dispatch("p"),
            .dispatch("q")
        )
    }

    @Test func theReasonsComeInOneOrder() throws {
        let delivered = try twoParcels().after(
            .scan("p", "d", .delivered, 20),
            .scan("q", "d", .delivered, 20),
            .close
        )
        let all = try delivered.after(
            .shortage("c", "p", ["a": 1]),
            .scan("q", "r", .returning, 30),
            .scan("q", "l", .lost, 40),
            .adjust("x", "lower", 100)
        )
        #expect(all.attention == ["parcel", "shortage", "closedWithUnits", "anomaly", "refundOwed"])
        #expect(all.staff["internal/attention"] == true && all.headline == "attention")
        let codes = all.anomalies.map(\.rawValue)
        #expect(all.order.attentionWords == ["ParcelLost", "shortage", "closedWithUnits"] + codes + ["refundOwed"])
        #expect(all.customer["internal"] == nil)
    }

    @Test(
        arguments: [
            (.attemptFailed, "DeliveryFailed"), (.exception, "ParcelScanned"), (.lost, "ParcelLost"),
            (.returnedToSender, "ParcelReturnedToSender"),
        ] as [(ScanCode, String)]
    ) func aParcelsProblemGoesByTheEventThatReportsIt(code: ScanCode, word: String) throws {
        let troubled = try Given.sentLamps.after(.scan("p", "x", code, 20))
        #expect(troubled.attention == ["parcel"] && troubled.order.attentionWords == [word])
        let corrected = try troubled.after(.scan("p", "y", .inTransit, 30))
        #expect(corrected.order.attentionWords == [])
        #expect(try corrected.after(.retract("p", "y")).order.attentionWords == [word])
    }

    @Test func aParcelThatTheShopCallsLostIsNamedLost() throws {
        #expect(try Given.sentLamps.after(.end("p", "e", "lost")).order.attentionWords == ["ParcelLost"])
    }

    @Test func problemsOfOneKindAreNamedOnce() throws {
        let sent = try twoParcels().after(
            .scan("p", "x", .exception, 20),
            .scan("q", "x", .exception, 20)
        )
        #expect(sent.order.attentionWords == ["ParcelScanned"])
        #expect(
            try sent.after(.scan("q", "y", .attemptFailed, 30)).order.attentionWords
                == ["ParcelScanned", "DeliveryFailed"]
        )
    }

    @Test func anAnomalyIsNoHeadline() throws {
        let odd = try Given.sentLamps.after(.pay("x", "captured", 1))
        #expect(odd.headline == "shipped" && odd.attention == ["anomaly", "refundOwed"])
    }

    @Test func anAttentionOfAnEndedOrderIsStaffs() throws {
        let cancelled = try Given(after: twoLamps, .pay("m", "captured", 2000), .cancel())
        #expect(cancelled.headline == "cancelled" && cancelled.attention == ["refundOwed"])
    }

    @Test func aReopenedOrderIsNotClosedWithUnits() throws {
        let back = try Given.deliveredLamps.after(.close, .scan("p", "r", .returning, 30), .scan("p", "l", .lost, 40))
        #expect(back.attention?.contains("closedWithUnits") == true)
        let answered = try back.after(.reopen, .pack("q", ["a": 2]))
        #expect(answered.attention?.contains("closedWithUnits") == false && answered.headline == "preparing")
    }
}
