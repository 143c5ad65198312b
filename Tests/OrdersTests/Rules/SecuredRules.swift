import Testing

@testable import Orders

/// The money that lets a parcel leave.
@Suite struct SecuredRules {
    private func packed(_ payments: Step...) throws -> Given {
        try Given(after: twoLamps, .confirm, .pack("p", ["a": 2])).after(payments)
    }

    private func leaves(_ state: Given) throws -> Bool {
        switch try state.when(.dispatch("p")).result {
        case .success: return true
        case .failure(let rejection):
            #expect(rejection.reason == .paymentInsufficient)
            return false
        }
    }

    @Test func anAuthorizationOrACaptureOfAllSecuresAParcel() throws {
        #expect(try leaves(packed(.pay("1", "authorized", 2000))))
        #expect(try leaves(packed(.pay("1", "captured", 2000))))
        #expect(try !leaves(packed()))
        #expect(try !leaves(packed(.pay("1", "authorized", 1999))))
        #expect(try !leaves(packed(.pay("1", "failed", 2000))))
    }

    @Test func oneReferenceSecuresTheGreaterOfAuthorizedAndCaptured() throws {
        #expect(try !leaves(packed(.pay("1", "authorized", 1500), .pay("2", "captured", 1500))))
        #expect(try leaves(packed(.pay("1", "authorized", 2000), .pay("2", "captured", 1500))))
        #expect(try leaves(packed(.pay("1", "authorized", 1500), .pay("2", "captured", 2000))))
        #expect(try !leaves(packed(.pay("1", "authorized", 2000), .pay("2", "voided", 1))))
        #expect(try leaves(packed(.pay("1", "captured", 2000), .pay("2", "voided", 2000))))
    }

    @Test func referencesAddUp() throws {
        #expect(try leaves(packed(.pay("1", "authorized", 1500), .pay("2", "captured", 500, ref: "gift"))))
        #expect(try !leaves(packed(.pay("1", "authorized", 1500), .pay("2", "captured", 499, ref: "gift"))))
        let voided = Step.pay("3", "voided", 1500)
        #expect(try !leaves(packed(.pay("1", "authorized", 1500), .pay("2", "captured", 500, ref: "gift"), voided)))
    }

    @Test func refundsAndChargebacksSecureNoMore() throws {
        let paid = Step.pay("1", "captured", 2000)
        #expect(try !leaves(packed(paid, .pay("2", "refunded", 1))))
        #expect(try !leaves(packed(paid, .pay("2", "chargedBack", 2000))))
        #expect(try leaves(packed(paid, .pay("2", "chargedBack", 2000), .pay("3", "chargebackReversed", 2000))))
        #expect(try leaves(packed(paid, .pay("2", "refunded", 2000), .pay("3", "captured", 2000))))
        #expect(try !leaves(packed(.pay("0", "authorized", 2000), paid, .pay("2", "refunded", 500))))
    }

    @Test func aFinalCaptureSecuresItsReferencesCapturesAlone() throws {
        let final = Step.pay("2", "captured", 1500).with("final", "true")
        #expect(try !leaves(packed(.pay("1", "authorized", 2000), final)))
        #expect(try leaves(packed(.pay("1", "authorized", 2000), final, .pay("3", "captured", 500, ref: "gift"))))
        let authorizedLater = try packed(.pay("1", "authorized", 2000), final, .pay("3", "authorized", 500))
        #expect(try !leaves(authorizedLater))
    }

    @Test func moneyOfAnotherCurrencySecuresNothing() throws {
        let dollars = Step.pay("1", "captured", 2000).with("amount", money(2000, "USD"))
        #expect(try !leaves(packed(dollars)))
    }

    @Test func aParcelLeavesWhenWhatIsDueFalls() throws {
        let some = try packed(.pay("1", "captured", 1500))
        #expect(try !leaves(some))
        #expect(try leaves(some.after(.adjust("x", "lower", 500))))
    }

    @Test(arguments: ["onDelivery", "invoice"])
    func otherTermsNeedNoMoneyForTheDispatch(terms: String) throws {
        let order = try Given(after: twoLamps.saying("terms", terms), .confirm, .pack("p", ["a": 2]))
        #expect(try leaves(order))
        let delivered = try order.after(.dispatch("p"), .scan("p", "d", .delivered, 20))
        try delivered.when(.close).thenRefused(.moneyNotSettled)
        try delivered.after(.pay("1", "captured", 2000)).when(.close).then([.orderClosed])
    }

    @Test func anOrderWithNothingDueIsSecured() throws {
        #expect(try leaves(packed(.adjust("x", "lower", 2000))))
    }
}
