import Testing

@testable import OrderAPI

@Suite struct SharedBudgetTests {
    private func fill(_ budget: SharedBudget, _ caller: String, of shops: String, by step: Int = 1) -> Int {
        let share = budget.share(of: SharedBudget.Holder(caller: caller, shops: shops))
        var held = 0
        while share.take(step) { held += step }
        return held
    }

    @Test func aCallerAloneGetsItsFractionAndItsShopAnother() {
        let budget = SharedBudget(limit: 900, callerDivisor: 8, shopsDivisor: 4)
        #expect(fill(budget, "staff:ada", of: "aurora") == 100)
        // A fifth for all callers of the shop, less what the first took from what is free.
        #expect((60...100).contains(fill(budget, "staff:bo", of: "aurora")))
        #expect(fill(budget, "staff:cy", of: "aurora") <= 20)
    }

    @Test func oneBulkRequestMayHaveAllThatARequestMayHave() {
        let budget = SharedBudget(limit: 1 << 30, callerDivisor: 3, shopsDivisor: 2)
        #expect(fill(budget, "backend:a", of: "aurora", by: 64 * 1024) == 256 << 20)
    }

    @Test func aLargeBodyFindsRoomWhileADozenShopsFillTheBudget() {
        let (limit, body) = (64 << 20, 256 * 1024)
        let budget = SharedBudget(limit: limit, callerDivisor: 8, shopsDivisor: 4)
        for shop in 0..<12 {
            for caller in 0..<10 { _ = fill(budget, "staff:\(caller)", of: "shop-\(shop)", by: 64 * 1024) }
        }
        let other = budget.share(of: SharedBudget.Holder(caller: "backend:b", shops: "borealis"))
        #expect(other.take(body))
    }

    @Test func whatIsGivenBackCanBeTakenAgain() {
        let budget = SharedBudget(limit: 900, callerDivisor: 8, shopsDivisor: 4)
        let share = budget.share(of: SharedBudget.Holder(caller: "staff:ada", shops: "aurora"))
        for _ in 0..<3 {
            #expect(share.take(100))
            #expect(!share.take(1))
            share.giveBack(100)
        }
    }
}
