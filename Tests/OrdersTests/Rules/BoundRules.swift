import Testing

@testable import Orders

/// The bounds of one order, each with its number.
@Suite struct BoundRules {
    private func order(_ quantity: Int, lines: Int = 1) -> Step {
        let all = (0..<lines).map { lineBody("l\($0)", quantity: "\(quantity)", price: money(0)) }
        return Step.place(all, total: 0)
    }

    /// An order with that many units delivered in `p`.
    private func delivered(_ quantity: Int) throws -> Given {
        try Given(
            after: order(quantity),
            .confirm,
            .pack("p", ["l0": quantity]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20)
        )
    }

    private func fill(_ state: Given, _ count: Int, _ step: (Int) -> Step) throws -> Given {
        try (0..<count).reduce(state) { try $0.after(step($1)) }
    }

    @Test func anOrderHasFiveHundredParcels() throws {
        let full = try fill(Given(after: order(501), .confirm), 500) { .pack("p\($0)", ["l0": 1]) }
        try full.when(.pack("more", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.cancel()).then([.itemsCancelled])
    }

    @Test func parcelsAndReturnsHaveFiveThousandLineEntries() throws {
        let units = (0..<50).map { #"{"lineId":"l\#($0)","quantity":1}"# }.joined(separator: ",")
        let almost = try fill(Given(after: order(200, lines: 50), .confirm), 99) {
            Step.pack("p\($0)", [:]).with("lines", "[\(units)]")
        }
        let sent = try almost.after(.dispatch("p0"), .scan("p0", "d", .delivered, 20))
        let full = try fill(sent, 50) { .pack("q\($0)", ["l\($0)": 1]) }
        try full.when(.pack("more", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.requestReturn("r", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.receive("r", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.cancel()).then([.itemsCancelled])
        let returns = try fill(sent, 25) { .requestReturn("r\($0)", ["l\($0)": 1]) }
        let received = try fill(returns, 25) { .receive("r\($0)", ["l\($0)": 1]) }
        try received.when(.pack("more", ["l0": 1])).thenRefused(.orderFull)
    }

    @Test func anOrderHasTwoThousandScans() throws {
        let sent = try Given(after: order(2), .confirm, .pack("p", ["l0": 2]), .dispatch("p"))
        let full = try fill(sent, 2000) { .scan("p", "s\($0)", .inTransit, 20) }
        try full.when(.scan("p", "more", .inTransit, 20)).thenRefused(.orderFull)
        try full.when(.scan("p", "s7", .inTransit, 20)).thenNothing()
        try full.when(.end("p", "more", "delivered")).then([.parcelEnded])
        try full.when(.retract("p", "s7")).then([.scanRetracted])
    }

    @Test func anOrderHasAThousandPaymentReports() throws {
        let full = try fill(Given(after: twoLamps), 1000) { .pay("m\($0)", "failed", 1) }
        try full.when(.pay("more", "captured", 1)).thenRefused(.orderFull)
        try full.when(.pay("m7", "failed", 1)).thenNothing()
    }

    @Test func anOrderHasTwoHundredReturns() throws {
        let full = try fill(delivered(201), 200) { .requestReturn("r\($0)", ["l0": 1]) }
        try full.when(.requestReturn("more", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.receive("more", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.receive("r0", ["l0": 1])).then([.returnReceived], [.receivedOther])
        try full.when(.cancelReturn("r0")).then([.returnCancelled])
    }

    @Test func anOrderHasTwoHundredReceipts() throws {
        let asked = try delivered(300).after(.requestReturn("r", ["l0": 300]), .approve("r"))
        let full = try fill(asked, 200) { .receive("r", ["l0": 1], receipt: "b\($0)").with("complete", "false") }
        try full.when(.receive("r", ["l0": 1], receipt: "more")).thenRefused(.orderFull)
        try full.when(.receive("r", ["l0": 1], receipt: "b7").with("complete", "false")).thenNothing()
        try full.when(.cancelReturn("r")).then([.returnCancelled])
    }

    @Test func anOrderHasTwoHundredClaims() throws {
        let full = try fill(delivered(300), 200) { .shortage("c\($0)", "p", ["l0": 1]) }
        try full.when(.shortage("more", "p", ["l0": 1])).thenRefused(.orderFull)
        try full.when(.shortage("c7", "p", ["l0": 1])).thenNothing()
    }

    @Test func anOrderHasHadFiveHundredHolds() throws {
        let most = try (0..<499).reduce(Given(after: twoLamps)) { try $0.after(.hold("h\($1)"), .release("h\($1)")) }
        let full = try most.after(.hold("last"))
        try full.when(.hold("more")).thenRefused(.orderFull)
        try full.when(.release("last")).then([.holdReleased])
    }

    @Test func anOrderHasAThousandNotes() throws {
        let full = try fill(Given(after: twoLamps), 1000) { .note("n\($0)", for: $0 % 2 == 0 ? "staff" : "customer") }
        try full.when(.note("more")).thenRefused(.orderFull)
    }

    @Test func anOrderHasFiveHundredEditsAndAdjustments() throws {
        let edited = try fill(Given(after: twoLamps), 250) {
            Step.edit(total: 2001 + Int64($0)).with("shipping", money(1 + Int64($0)))
        }
        let full = try fill(edited, 250) { .adjust("x\($0)", "lower", 1) }
        try full.when(.adjust("more", "lower", 1)).thenRefused(.orderFull)
        try full.when(Step.edit(total: 2000).with("shipping", money(0))).thenRefused(.orderFull)
        try full.when(.cancel()).then([.itemsCancelled, .orderCancelled])
    }

    @Test func aParcelHasTwentyFormerNumbers() throws {
        let full = try fill(Given.packedLamps, 21) { Step.track(parcel: "p").saying("trackingNumber", "T\($0)") }
        #expect(full.staff.size("parcels/p/former") == 20)
        try full.when(Step.track(parcel: "p").saying("trackingNumber", "more")).thenRefused(.orderFull)
    }

    @Test func anOrderHasTenThousandEventsAndWhatEndsItPasses() throws {
        var state = try Given(
            after: order(3),
            .confirm,
            .pack("p", ["l0": 1]),
            .pack("q", ["l0": 1]),
            .dispatch("p"),
            .dispatch("q"),
            .scan("p", "d", .delivered, 20),
            .requestReturn("r", ["l0": 1]),
            .approve("r"),
            .pay("m", "captured", 5),
            .hold("h")
        )
        let metadata = Step.metadata(set: #"{"k":"v"}"#)
        let event = try #require(try state.when(metadata).events.first)
        while state.order.version < 10_000 { _ = state.order.apply(event) }
        for step in [
            metadata, .note("x"), .scan("q", "s", .inTransit, 20), .pay("more", "captured", 1), .hold("h2"),
            .receive("r", ["l0": 1]), .shortage("c", "p", ["l0": 1]), .adjust("x", "raise", 1), .approve("r"),
        ] {
            let outcome = try state.when(step)
            #expect(throws: Rejection.self, "\(step)") { try outcome.events }
        }
        let allowed = Set(state.order.allowedCommands(for: .backend))
        #expect(allowed.isSuperset(of: [.cancelOrder, .releaseHold, .endParcel, .cancelReturn]))
        #expect(allowed.isDisjoint(with: [.addNote, .recordScan, .recordPayment, .receiveReturn, .setMetadata]))
        try state.when(.note("x")).thenRefused(.orderFull)
        try state.when(.scan("q", "s", .inTransit, 20)).thenRefused(.orderFull)
        let ended = try state.after(.release("h"), .cancel(), .cancelReturn("r"), .end("q", "e", "delivered"))
        try ended.when(.close(writingOff: "too much paid")).then([.orderClosed])
    }
}
