import StrictJSON
import Testing

@testable import Orders

@Suite struct ReturnLifeRules {
    @Test func deliveredUnitsAreAskedForOnce() throws {
        let delivered = try Given.deliveredLamps
        try delivered.when(.requestReturn("r", ["a": 3])).thenRefused(.quantityNotReturnable)
        try delivered.when(.requestReturn("r", ["z": 1])).thenRefused(.lineUnknown)
        try Given.sentLamps.when(.requestReturn("r", ["a": 1])).thenRefused(.quantityNotReturnable)
        let asked = try delivered.after(.requestReturn("r", ["a": 2]))
        try asked.when(.requestReturn("q", ["a": 1])).thenRefused(.quantityNotReturnable)
        try asked.when(.requestReturn("r", ["a": 1])).thenRefused(.returnExists)
        try asked.after(.reject("r")).when(.requestReturn("q", ["a": 2])).then([.returnRequested])
        try asked.after(.cancelReturn("r")).when(.requestReturn("q", ["a": 2])).then([.returnRequested])
        try delivered.after(.receive("r", ["a": 1])).when(.requestReturn("q", ["a": 2]))
            .thenRefused(.quantityNotReturnable)
        try delivered.after(.close).when(.requestReturn("r", ["a": 1])).then([.returnRequested])
    }

    @Test func aReturnIsDecidedOnce() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        try asked.when(.approve("r")).then([.returnApproved])
        try asked.when(.reject("r")).then([.returnRejected])
        try asked.after(.approve("r")).when(.approve("r")).thenRefused(.returnNotRequested)
        try asked.when(.approve("q")).thenRefused(.returnUnknown)
    }

    @Test func theNoteIsForTheCustomerAndTheStaffNoteIsNot() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        let decision = Step.reject("r").saying("note", "worn").saying("staffNote", "third time")
        let (data, inside) = try asked.when(decision).event(.returnRejected)
        #expect(data?.text("note") == "worn" && data?["staffNote"] == nil && inside.text("staffNote") == "third time")
        let rejected = try asked.after(decision)
        #expect(rejected.customer.text("returns/r/note") == "worn" && !rejected.customer.written.contains("third time"))
    }

    @Test func aReturnIsCancelledUntilItEnds() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 2]))
        for state in try [asked, asked.after(.approve("r"))] {
            try state.when(.cancelReturn("r")).then([.returnCancelled])
            #expect(try state.after(.cancelReturn("r")).staff.text("returns/r/status") == "cancelled")
        }
        for state in try [
            asked.after(.reject("r")), asked.after(.cancelReturn("r")), asked.after(.receive("r", ["a": 2])),
        ] {
            try state.when(.cancelReturn("r")).thenRefused(.returnEnded)
        }
        try asked.when(.cancelReturn("q")).thenRefused(.returnUnknown)
    }

    @Test func cancellingAPartlyReceivedReturnEndsTheRest() throws {
        let partly = try Given.deliveredLamps.after(
            .requestReturn("r", ["a": 2]),
            .approve("r"),
            .receive("r", ["a": 1]).with("complete", "false")
        )
        try partly.when(.close).thenRefused(.returnsPending)
        let ended = try partly.after(.cancelReturn("r"))
        #expect(ended.staff.text("returns/r/status") == "received" && ended.units() == "delivered 2, returned 1")
        try ended.when(.requestReturn("q", ["a": 1])).then([.returnRequested])
    }

    @Test func anUnknownReturnBeginsWithItsReceipt() throws {
        let delivered = try Given.deliveredLamps
        try delivered.when(.receive("r", ["a": 1])).then([.returnReceived], [.unannounced])
        let received = try delivered.after(.receive("r", ["a": 1]))
        #expect(received.staff.text("returns/r/status") == "received")
        #expect(received.staff.text("returns/r/reason") == "unannounced")
        let some = try delivered.after(.receive("r", ["a": 1]).with("complete", "false"))
        #expect(some.staff.text("returns/r/status") == "approved")
        #expect(try some.after(.receive("r", ["a": 1], receipt: "r-2")).staff.text("returns/r/status") == "received")
        try delivered.after(.close).when(.receive("r", ["a": 1])).then([.returnReceived], [.unannounced])
    }

    @Test func aReceiptThatIsNotAsApprovedIsAnAnomaly() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        try asked.when(.receive("r", ["a": 1])).then([.returnReceived], [.receivedOther])
        try asked.after(.reject("r")).when(.receive("r", ["a": 1])).then([.returnReceived], [.receivedOther])
        try asked.after(.cancelReturn("r")).when(.receive("r", ["a": 1])).then([.returnReceived], [.receivedOther])
        let approved = try asked.after(.approve("r"))
        try approved.when(.receive("r", ["a": 1])).then([.returnReceived])
        try approved.when(.receive("r", ["a": 2])).then([.returnReceived], [.receivedOther])
        try approved.when(.receive("r", ["z": 1])).then([.returnReceived], [.receivedOther])
        try approved.after(.receive("r", ["a": 1])).when(.receive("r", ["a": 1], receipt: "two"))
            .then([.returnReceived], [.receivedOther])
    }

    @Test func aReceiptOfARefusedReturnStillMovesUnits() throws {
        let received = try Given.deliveredLamps.after(
            .requestReturn("r", ["a": 1]),
            .reject("r"),
            .receive("r", ["a": 1])
        )
        #expect(received.units() == "delivered 2, returned 1" && received.due == 1000)
        #expect(received.staff.text("returns/r/status") == "received")
    }

    @Test func receiptsAddUpByLineAndCondition() throws {
        let mixed =
            #"[{"lineId":"a","quantity":1,"condition":"sellable"},{"lineId":"a","quantity":1,"condition":"damaged"}]"#
        let order = try Given.deliveredLamps.after(Step.receive("r", ["a": 1]).with("lines", mixed))
        #expect(order.staff.size("returns/r/received") == 2 && order.units() == "delivered 2, returned 2")
        let boxes = try Given.deliveredLamps.after(
            .requestReturn("r", ["a": 2]),
            .approve("r"),
            .receive("r", ["a": 1], receipt: "1").with("complete", "false"),
            .receive("r", ["a": 1], receipt: "2")
        )
        #expect(boxes.staff.size("returns/r/received") == 1 && boxes.staff.count("returns/r/received/a/quantity") == 2)
        let twice = receivedList(["a": 1, "a": 1])
        #expect(try pointers(.receiveReturn, #"{"returnId":"r","lines":\#(twice)}"#) == ["/lines/1/lineId"])
    }
}
