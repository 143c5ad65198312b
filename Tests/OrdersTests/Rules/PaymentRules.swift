import Testing

@testable import Orders

@Suite struct PaymentRules {
    @Test(arguments: [
        ("authorized", EventType.paymentAuthorized), ("captured", .paymentCaptured), ("voided", .paymentVoided),
        ("failed", .paymentFailed), ("refunded", .paymentRefunded),
    ])
    func everyReportIsAcceptedInEveryState(kind: String, type: EventType) throws {
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

    @Test func aReportCountsOnce() throws {
        try given(placed(), paid("1", .captured, 100)).when(.recordPayment, paymentBody("1", "refunded", 100))
            .thenRefused(
                .factIdReused,
                naming: "kind",
                "providerRef"
            )
    }

    @Test func capturingMoreThanTheTotalIsAnAnomaly() throws {
        try given(placed()).when(.recordPayment, paymentBody("1", "captured", 3900)).then([.paymentCaptured])
        try given(placed()).when(.recordPayment, paymentBody("1", "captured", 3901)).then(
            [.paymentCaptured],
            [.overCaptured]
        )
        try given(placed(), paid("1", .captured, 3900)).when(.recordPayment, paymentBody("2", "captured", 1))
            .then([.paymentCaptured], [.overCaptured])
        try given(placed()).when(.recordPayment, paymentBody("1", "authorized", 9999)).then([.paymentAuthorized])
    }

    @Test func refundingMoreThanCapturedIsAnAnomaly() throws {
        try given(placed(), paid("1", .captured, 100)).when(.recordPayment, paymentBody("2", "refunded", 100)).then([
            .paymentRefunded
        ])
        try given(placed(), paid("1", .captured, 100)).when(.recordPayment, paymentBody("2", "refunded", 101))
            .then([.paymentRefunded], [.overRefunded])
    }

    @Test func aReportInAnotherCurrencyIsAnAnomalyAndNotSummed() throws {
        try given(placed()).when(.recordPayment, paymentBody("1", "captured", 5, "USD")).then(
            [.paymentCaptured],
            [.currencyMismatch]
        )
        let order = try given(placed()).after(.recordPayment, paymentBody("1", "captured", 5, "USD")).order
        #expect(order.payment.captured == 0 && order.payment.reports.count == 1)
        #expect(order.attention && order.status == .placed)
    }

    @Test func aReportOfAnUnknownReturnIsAnAnomaly() throws {
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
        #expect(order.payment.captured == .max && order.isPaidEnough && order.payment.status == .over)
    }

    @Test func cancelledGoodsAreNotDue() {
        #expect(given(placed()).order.due == 3900)
        #expect(given(placed(), cancelled(a: 1)).order.due == 2900)
        #expect(given(placed(), cancelled(a: 2, b: 3)).order.due == 400)
    }
}
