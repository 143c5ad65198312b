import Testing

@testable import Orders

@Suite struct ReturnRules {
    private func request(_ returnId: String, _ quantity: Int) -> String {
        #"{"returnId":"\#(returnId)","lines":[{"lineId":"b","quantity":\#(quantity)}],"reason":"broken"}"#
    }

    @Test func deliveredUnitsAreReturnedOnce() throws {
        try deliveredWhole.when(.requestReturn, request("r", 3)).then(
            ReturnRequested(returnId: "r", lines: some(b: 3), reason: "broken")
        )
        try deliveredWhole.when(.requestReturn, request("r", 4)).thenRefused(.quantityNotReturnable)
        try shippedWhole.when(.requestReturn, request("r", 1)).thenRefused(.quantityNotReturnable)
        let pending = try deliveredWhole.after(.requestReturn, request("r", 2))
        try pending.when(.requestReturn, request("q", 1)).then([.returnRequested])
        try pending.when(.requestReturn, request("q", 2)).thenRefused(.quantityNotReturnable)
        try pending.when(.requestReturn, request("r", 1)).thenRefused(.returnExists)
        let rejected = try pending.after(.decideReturn, #"{"returnId":"r","approve":false}"#)
        try rejected.when(.requestReturn, request("q", 3)).then([.returnRequested])
        try deliveredWhole.when(.requestReturn, #"{"returnId":"r","lines":[{"lineId":"z","quantity":1}],"reason":"x"}"#)
            .thenRefused(.lineUnknown)
        try deliveredWhole.after(.closeOrder).when(.requestReturn, request("r", 1)).then([.returnRequested])
    }

    @Test func aReturnIsDecidedOnce() throws {
        let requested = try deliveredWhole.after(.requestReturn, request("r", 2))
        let yes = #"{"returnId":"r","approve":true,"note":"send it back"}"#
        try requested.when(.decideReturn, yes).then(ReturnDecided(returnId: "r", approve: true, note: "send it back"))
        try requested.when(.decideReturn, #"{"returnId":"r","approve":false}"#).then([.returnRejected])
        try requested.after(.decideReturn, yes).when(.decideReturn, yes).thenRefused(.returnNotRequested)
        try deliveredWhole.when(.decideReturn, yes).thenRefused(.returnUnknown)
    }

    @Test func oneReceiptEndsAReturn() throws {
        func receive(_ quantity: Int, _ lineId: String = "b") -> String {
            #"{"returnId":"r","lines":[{"lineId":"\#(lineId)","quantity":\#(quantity),"condition":"damaged"}]}"#
        }
        let requested = try deliveredWhole.after(.requestReturn, request("r", 2))
        let approved = try requested.after(.decideReturn, #"{"returnId":"r","approve":true}"#)
        try requested.when(.receiveReturn, receive(2)).then([.returnReceived], [.receivedOther])
        try deliveredWhole.when(.receiveReturn, receive(2)).then([.returnReceived], [.unannounced])
        try approved.when(.receiveReturn, receive(2)).then([.returnReceived])
        try approved.when(.receiveReturn, receive(3)).then([.returnReceived], [.receivedOther])
        try approved.when(.receiveReturn, receive(1, "a")).then([.returnReceived], [.receivedOther])
        try approved.when(.receiveReturn, receive(1, "z")).then([.returnReceived], [.receivedOther])
        let received = try approved.after(.receiveReturn, receive(1))
        #expect(received.order.lines[1].returned == 1 && received.order.returns[0].status == .received)
        try received.when(.receiveReturn, receive(1)).thenNothing()
        try received.when(.receiveReturn, receive(2)).thenRefused(.factIdReused, naming: "lines")
        try received.when(.requestReturn, request("q", 2)).then([.returnRequested])
        try received.when(.requestReturn, request("q", 3)).thenRefused(.quantityNotReturnable)
    }

    @Test func unitsInAReturnStayDeliveredWhenTheirParcelReturns() throws {
        let returned = Given([
            placed(), confirmed, paid("1", .captured, 3900), packed("p", a: 2, b: 3), dispatched("p"),
            scanned("p", "s", .delivered, 20), returnRequested("r", a: 1), returnDecided("r", true),
            returnReceived("r", a: 1),
        ])
        try returned.when(.recordScan, scanBody("p", "t", "returning", 50)).then([.parcelScanned], [.unitsMoved])
        let order = try returned.after(.recordScan, scanBody("p", "t", "returning", 50)).order
        #expect(order.units.delivered == 5 && order.units.returned == 1)
    }
}
