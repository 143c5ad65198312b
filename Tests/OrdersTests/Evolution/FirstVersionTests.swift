import StrictJSON
import Testing

@testable import Orders

/// Events of the first version fold to what they meant then: a new rule changes no past.
@Suite struct FirstVersionTests {
    @Test func aCancellationWithoutReductionTakesItsGoodsOff() throws {
        let cancelled = try stored("ItemsCancelled", 1, #"{"lines":\#(list(["a": 1])),"reason":"customer"}"#)
        #expect(try Given([FirstVersion.placed, cancelled]).due == 5800)
        let again = try Given([FirstVersion.placed, cancelled, cancelled])
        #expect(again.due == 800 && again.units() == "cancelled 2")
    }

    @Test func aCancelledOrderLeavesNothingDue() throws {
        let items = try stored("ItemsCancelled", 1, #"{"lines":\#(list(["a": 2])),"reason":"customer"}"#)
        let order = try stored("OrderCancelled", 1, #"{"reason":"other"}"#, #"{"reason":"fraud"}"#)
        let cancelled = try Given([FirstVersion.placed, items, order])
        #expect(cancelled.due == 0 && cancelled.headline == "cancelled")
    }

    @Test func aNewCancelledOrderKeepsWhatWasSaid() throws {
        let cancelled = try Given(after: twoLamps, Step.cancel().reducing(1500))
        #expect(cancelled.due == 500 && cancelled.staff.text("lifecycle") == "cancelled")
    }

    @Test func aReceiptTakesNothingOffAndIsKnownByItsReturn() throws {
        let lines = receivedList(["a": 1])
        let received = try FirstVersion.delivered.adding(
            stored("ReturnRequested", 1, #"{"returnId":"r","lines":\#(list(["a": 1])),"reason":"too big"}"#, at: 30),
            stored("ReturnApproved", 1, #"{"returnId":"r","approve":true}"#, at: 31),
            stored("ReturnReceived", 1, #"{"returnId":"r","lines":\#(lines)}"#, at: 32)
        )
        #expect(received.due == 10_800 && received.units() == "delivered 2, returned 1")
        #expect(received.staff.text("returns/r/status") == "received")
        try received.when(.receive("r", ["a": 1])).thenNothing()
        try received.when(.receive("r", ["a": 2])).thenRefused(.factIdReused, naming: "lines")
        try received.when(.close).then([.orderClosed])
    }

    @Test func anEstimateIsObeyedEvenWhereANewerOneWasReplaced() throws {
        func revised(_ start: Int, _ minute: Int) throws -> OrderEvent {
            try stored("EtaRevised", 1, #"{"parcelId":"p","new":\#(window(start)),"source":"carrier"}"#, at: minute)
        }
        let sent = try Given([
            FirstVersion.placed, FirstVersion.confirmed, FirstVersion.packed, FirstVersion.dispatched,
        ])
        let late = try sent.adding(revised(300, 30), revised(200, 20))
        #expect(late.staff.text("parcels/p/eta/earliest") == timeText(200))
        let order = try sent.adding(stored("EtaRevised", 1, #"{"new":\#(window(400)),"source":"shop"}"#))
        #expect(order.staff.text("eta/earliest") == timeText(400))
    }

    @Test func aHoldHasItsIdWhereverItWasStored() throws {
        let held = try Given([
            FirstVersion.placed,
            stored("OrderHeld", 1, #"{"holdId":"h","reason":"other"}"#, #"{"reason":"fraud","note":"odd"}"#),
        ])
        #expect(
            held.staff.text("internal/holds/h/reason") == "fraud" && held.staff.text("internal/holds/h/note") == "odd"
        )
        #expect(held.customer.names("holds/0") == ["reason", "since"] && held.headline == "onHold")
        try held.when(.release("h")).then([.holdReleased])
        #expect(try held.adding(stored("HoldReleased", 1, #"{"holdId":"h"}"#)).headline == "placed")
    }

    @Test func aParcelWithoutAKindIsShipped() throws {
        let packed = try Given([FirstVersion.placed, FirstVersion.confirmed, FirstVersion.packed])
        #expect(packed.staff.text("parcels/p/kind") == "shipped" && packed.units() == "packed 2")
    }

    @Test func theStatusOfAParcelIsTheOneThatWasStored() throws {
        let sent = try Given([
            FirstVersion.placed, FirstVersion.confirmed, FirstVersion.packed, FirstVersion.dispatched,
        ])
        // The first version took a delivery on the way back for one.
        let delivered = try sent.adding(
            FirstVersion.scanned("ParcelScanned", "r", "returning", "returning", 20),
            FirstVersion.scanned("ParcelDelivered", "d", "delivered", "delivered", 30)
        )
        #expect(delivered.parcel("p") == "delivered" && delivered.units() == "delivered 2")
    }

    @Test func anImpliedDispatchThatWasNeverTakenBackStays() throws {
        let implied = try stored("ParcelDispatched", 1, #"{"parcelId":"p","implied":true}"#, at: 4)
        let retracted = try Given([FirstVersion.placed, FirstVersion.confirmed, FirstVersion.packed, implied]).adding(
            FirstVersion.scanned("ParcelScanned", "s", "inTransit", "inTransit", 5),
            stored(
                "ScanRetracted",
                1,
                #"{"parcelId":"p","scanId":"s","reason":"x","parcelStatus":"inTransit"}"#,
                at: 6
            )
        )
        #expect(retracted.parcel("p") == "inTransit" && retracted.units() == "shipped 2")
        try retracted.when(.dispatch("p")).then([.parcelDispatched])
        try retracted.when(.void("p")).then([.parcelVoided])
    }

    @Test func anOldScanThatCountedStillCounts() throws {
        let sent = try Given([
            FirstVersion.placed, FirstVersion.confirmed, FirstVersion.packed, FirstVersion.dispatched,
        ])
        let delivered = try sent.adding(FirstVersion.scanned("ParcelDelivered", "d", "delivered", "delivered", -9000))
        #expect(delivered.units() == "delivered 2" && delivered.customer.size("parcels/p/scans") == 1)
    }

    @Test func aNumberThatIsNoneTodayFolds() throws {
        let odd = try stored("ParcelDispatched", 1, #"{"parcelId":"p","carrier":"dhl","trackingNumber":"---"}"#, at: 4)
        let sent = try Given([FirstVersion.placed, FirstVersion.confirmed, FirstVersion.packed, odd])
        #expect(sent.staff.text("parcels/p/trackingNumber") == "---")
    }

    @Test(arguments: [
        EventType.orderPlaced, .itemsCancelled, .orderCancelled, .orderHeld, .holdReleased, .parcelPacked,
        .returnReceived,
    ])
    func aChangedEventHasANewSchema(type: EventType) {
        #expect(type.schema >= 2)
    }

    @Test func anOrderOfTheFirstVersionGoesOn() throws {
        let delivered = try FirstVersion.delivered
        try delivered.when(.close).then([.orderClosed])
        #expect(try delivered.after(.receive("r", ["a": 1])).due == 5400)
        #expect(try delivered.after(.shortage("c", "p", ["a": 1])).units() == "open 1, delivered 1")
        try delivered.when(.scan("p", "d", .exception, 20)).thenRefused(.factIdReused, naming: "code")
        try delivered.when(.scan("p", "d", .delivered, 20)).thenNothing()
    }
}
