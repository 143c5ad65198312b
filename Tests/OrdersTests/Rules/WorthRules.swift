import Testing

@testable import Orders

/// The worth of units, reckoned by hand.
@Suite struct WorthRules {
    @Test func aUnitIsWorthItsShareOfTheTaxOnTop() throws {
        let order = try Given(
            after: .place([lineBody("a", quantity: "2", price: money(5000))], tax: 800, total: 10_800)
        )
        try order.when(.cancel(["a": 1])).then([.itemsCancelled])
        #expect(try order.when(.cancel(["a": 1])).data(.itemsCancelled).amount("reduction") == 5400)
        #expect(try order.after(.cancel(["a": 1])).due == 5400)
    }

    @Test func aUnitIsWorthItsPriceWhereTaxIsIncluded() throws {
        let included = Step.place([lineBody("a", quantity: "2", price: money(5000))], tax: 1597, total: 10_000)
            .with("taxIncluded", "true")
        #expect(try Given(after: included, .cancel(["a": 1])).due == 5000)
    }

    @Test func aDiscountThatNoLineCarriesIsSharedByGoods() throws {
        let lines = [lineBody("a", quantity: "2", price: money(1000)), lineBody("b", quantity: "3", price: money(500))]
        let order = try Given(after: .place(lines, discount: 700, total: 2800))
        // 700 goes 4 : 3, so `a` is worth 1600 and `b` 1200.
        #expect(try order.after(.cancel(["a": 1])).due == 2000)
        #expect(try order.after(.cancel(["b": 1])).due == 2400)
        #expect(try order.after(.cancel(["a": 1]), .cancel(["b": 3])).due == 800)
    }

    @Test func aLinesOwnDiscountIsItsOwn() throws {
        let a = lineBody("a", quantity: "2", price: money(1000), #""discount":\#(money(500))"#)
        let order = try Given(
            after: .place([a, lineBody("b", quantity: "3", price: money(500))], discount: 1200, total: 2300)
        )
        // 700 are left to share; both have 1500 of goods after line discounts: 350 each, 1150 each.
        #expect(try order.after(.cancel(["a": 1])).due == 1725)
        #expect(try order.after(.cancel(["a": 2])).due == 1150)
        #expect(try order.after(.cancel(["b": 3])).due == 1150)
    }

    @Test func aTaxThatLinesCarryIsNotShared() throws {
        let a = lineBody("a", quantity: "2", price: money(1000), #""tax":\#(money(300))"#)
        let order = try Given(
            after: .place([a, lineBody("b", quantity: "3", price: money(500))], tax: 400, total: 3900)
        )
        #expect(try order.after(.cancel(["b": 1])).due == 3400)
        #expect(try order.after(.cancel(["a": 1])).due == 2750)
    }

    @Test func aTaxOfNothingOnTheLinesIsNotShared() throws {
        // The tax is on shipping alone.
        let lines = ["a", "b"].map { lineBody($0, quantity: "1", price: money(1000), #""tax":\#(money(0))"#) }
        let order = try Given(after: .place(lines, shipping: 500, tax: 95, total: 2595))
        #expect(try order.after(.cancel(["a": 1])).due == 1595)
    }

    @Test func sharesOfTiesGoInTheOrderOfLines() throws {
        let lines = ["a", "b", "c"].map { lineBody($0, quantity: "1", price: money(1000)) }
        let discounted = try Given(after: .place(lines, discount: 100, total: 2900))
        let taxed = try Given(after: .place(lines, tax: 100, total: 3100))
        for (line, share) in [("a", Int64(34)), ("b", 33), ("c", 33)] {
            #expect(try discounted.after(.cancel([line: 1])).due == 2900 - 1000 + share)
            #expect(try taxed.after(.cancel([line: 1])).due == 3100 - 1000 - share)
        }
    }

    @Test func aDiscountSharesNoMoreThanTheGoods() throws {
        let lines = [lineBody("a", quantity: "1", price: money(1000)), lineBody("b", quantity: "1", price: money(500))]
        // 15.00 of 18.00 is goods; the rest of the discount is on shipping.
        let order = try Given(after: .place(lines, shipping: 400, discount: 1800, total: 100))
        #expect(try order.after(.cancel(["a": 1])).due == 100)
        #expect(try order.after(.cancel(["a": 1]), .cancel(["b": 1])).due == 0)
    }

    @Test func goodsWithoutAPriceAreWorthNothing() throws {
        let gifts = [lineBody("a", quantity: "2", price: money(0)), lineBody("b", quantity: "1", price: money(0))]
        let order = try Given(after: .place(gifts, shipping: 500, tax: 90, discount: 300, total: 290))
        #expect(try order.after(.cancel(["a": 2])).due == 290)
        #expect(try order.after(.cancel(["a": 2]), .cancel(["b": 1])).due == 0)
    }

    @Test func unitsThatGoOneByOneAreWorthTheLine() throws {
        let lines = [
            lineBody("a", quantity: "3", price: money(0), #""lineTotal":\#(money(1000))"#),
            lineBody("b", quantity: "1", price: money(700)),
        ]
        var order = try Given(after: .place(lines, total: 1700))
        for left in [Int64(1367), 1034, 700] {
            order = try order.after(.cancel(["a": 1]))
            #expect(order.due == left)
        }
    }

    @Test func pricesBelowACentAreALinesTotal() throws {
        let screws = lineBody("a", quantity: "1000", price: money(0), #""lineTotal":\#(money(250))"#)
        let order = try Given(after: .place([screws, lineBody("b", quantity: "1", price: money(50))], total: 300))
        let three = try order.after(.cancel(["a": 3]))
        #expect(three.due == 300)
        #expect(try three.after(.cancel(["a": 1])).due == 299)
        #expect(try three.after(.cancel(["a": 997])).due == 50)
    }

    @Test func cancelledAndReceivedUnitsAreCountedTogether() throws {
        let lamp = lineBody("a", quantity: "3", price: money(0), #""lineTotal":\#(money(1000))"#)
        let order = try Given(
            after: .place([lamp], shipping: 100, total: 1100),
            .confirm,
            .cancel(["a": 1]),
            .pay("m", "captured", 767),
            .pack("p", ["a": 2]),
            .dispatch("p"),
            .scan("p", "d", .delivered, 20)
        )
        #expect(order.due == 767)
        let one = try order.after(.receive("r", ["a": 1]).with("complete", "false"))
        #expect(one.due == 434)
        #expect(try one.after(.receive("r", ["a": 1], receipt: "r-2")).due == 100)
    }
}
