import Testing

@testable import Orders

@Suite struct PaymentRules {
    @Test(arguments: [
        ("authorized", EventType.paymentAuthorized), ("captured", .paymentCaptured), ("voided", .paymentVoided),
        ("failed", .paymentFailed), ("refunded", .paymentRefunded),
    ])
    func everyReportIsTakenInEveryState(kind: String, type: EventType) throws {
        let cancelledOrder = given(placed(), paid("c", .captured, 100), cancelled(a: 2, b: 3), orderCancelled)
        for state in [given(placed(), paid("c", .captured, 100)), cancelledOrder, deliveredWhole] {
            try state.when(.recordPayment, paymentBody("x", kind, 0)).then([type])
        }
    }

    @Test func sumsFollowTheReports() throws {
        let order = given(
            placed(),
            paid("1", .authorized, 3900),
            paid("2", .captured, 2000),
            paid("3", .voided, 1900),
            paid("4", .refunded, 500),
            paid("5", .failed, 77)
        ).order
        let payment = order.payment
        #expect([payment.authorized, payment.captured, payment.voided, payment.refunded] == [3900, 2000, 1900, 500])
        #expect(payment.reports.count == 5)
    }

    @Test func aReportIsTakenOnce() throws {
        try given(placed(), paid("1", .captured, 100)).when(.recordPayment, paymentBody("1", "refunded", 100)).then([])
    }

    @Test func moreThanTheTotalIsOverCapture() throws {
        try given(placed()).when(.recordPayment, paymentBody("1", "captured", 3900)).then([.paymentCaptured])
        try given(placed()).when(.recordPayment, paymentBody("1", "captured", 3901)).then(
            [.paymentCaptured],
            [.overCaptured]
        )
        try given(placed(), paid("1", .captured, 3900)).when(.recordPayment, paymentBody("2", "captured", 1))
            .then([.paymentCaptured], [.overCaptured])
        try given(placed()).when(.recordPayment, paymentBody("1", "authorized", 9999)).then([.paymentAuthorized])
    }

    @Test func moreThanWasCapturedIsOverRefund() throws {
        try given(placed(), paid("1", .captured, 100)).when(.recordPayment, paymentBody("2", "refunded", 100)).then([
            .paymentRefunded
        ])
        try given(placed(), paid("1", .captured, 100)).when(.recordPayment, paymentBody("2", "refunded", 101))
            .then([.paymentRefunded], [.overRefunded])
    }

    @Test func anotherCurrencyIsAnAnomalyAndNotSummed() throws {
        try given(placed()).when(.recordPayment, paymentBody("1", "captured", 5, "USD")).then(
            [.paymentCaptured],
            [.currencyMismatch]
        )
        let order = try given(placed()).after(.recordPayment, paymentBody("1", "captured", 5, "USD")).order
        #expect(order.payment.captured == 0 && order.payment.reports.count == 1)
        #expect(order.attention && order.status == .placed)
    }

    @Test func aReturnThatNobodyKnowsIsAnAnomaly() throws {
        func refund(_ returnId: String) -> String {
            String(paymentBody("x", "refunded", 100).dropLast()) + #","returnId":"\#(returnId)"}"#
        }
        let asked = deliveredWhole.adding(returnRequested("r", a: 1))
        try asked.when(.recordPayment, refund("r")).then([.paymentRefunded])
        try asked.when(.recordPayment, refund("q")).then([.paymentRefunded], [.returnUnknown])
    }

    @Test func sumsBeyond64BitsStopInsteadOfTrapping() throws {
        let most = (0..<2000).map { paid("p\($0)", .captured, Money.maximumAmount) }
        let order = Given([placed()] + most).order
        #expect(order.payment.captured == .max && order.isPaidEnough && order.isSettled)
    }

    @Test func cancelledGoodsAreNotDue() {
        #expect(given(placed()).order.due == 3900)
        #expect(given(placed(), cancelled(a: 1)).order.due == 2900)
        #expect(given(placed(), cancelled(a: 2, b: 3)).order.due == 400)
    }
}

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
        try requested.when(.receiveReturn, receive(2)).thenRefused(.returnNotApproved)
        try deliveredWhole.when(.receiveReturn, receive(2)).thenRefused(.returnUnknown)
        try approved.when(.receiveReturn, receive(2)).then([.returnReceived])
        try approved.when(.receiveReturn, receive(3)).thenRefused(.quantityNotInReturn)
        try approved.when(.receiveReturn, receive(1, "a")).thenRefused(.quantityNotInReturn)
        try approved.when(.receiveReturn, receive(1, "z")).thenRefused(.lineUnknown)
        let received = try approved.after(.receiveReturn, receive(1))
        #expect(received.order.lines[1].returned == 1 && received.order.returns[0].status == .received)
        try received.when(.receiveReturn, receive(1)).thenRefused(.returnNotApproved)
        try received.when(.requestReturn, request("q", 2)).then([.returnRequested])
        try received.when(.requestReturn, request("q", 3)).thenRefused(.quantityNotReturnable)
    }

    @Test func deliveredUnitsInAReturnDoNotLeaveWithTheCarrierToo() throws {
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
