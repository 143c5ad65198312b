import Testing

@testable import Orders

/// Worked examples in currencies of other minor units, and at the ends of what amounts can say.
@Suite struct CurrencyExamples {
    private func three(_ price: Int64, _ currency: String) -> [String] {
        [lineBody("a", quantity: "3", price: money(price, currency))]
    }

    @Test func yenHaveNoMinorUnit() throws {
        let order = try Given(after: .place(three(1000, "JPY"), discount: 100, total: 2900, in: "JPY"))
        let one = try order.after(.cancel(["a": 1]))
        #expect(one.due == 1934 && one.staff.text("payment/due/currency") == "JPY")
        #expect(try one.after(.cancel(["a": 1])).due == 967)
        #expect(try one.after(.cancel(["a": 1]), .cancel(["a": 1])).due == 0)
    }

    @Test func dinarsHaveAThousandFils() throws {
        let order = try Given(after: .place(three(1000, "KWD"), tax: 100, total: 3100, in: "KWD"))
        let one = try order.after(.cancel(["a": 1]))
        #expect(one.due == 2067)
        #expect(try one.after(.cancel(["a": 1])).due == 1034)
    }

    @Test func theLargestAmountIsSharedExactly() throws {
        let most = Money.maximumAmount
        let line = lineBody("a", quantity: "3", price: money(0), #""lineTotal":\#(money(most))"#)
        var order = try Given(after: .place([line, lineBody("b", quantity: "1", price: money(0))], total: most))
        #expect(order.due == most)
        for left in [Int64(6_004_799_503_160_661), 3_002_399_751_580_331, 0] {
            order = try order.after(.cancel(["a": 1]))
            #expect(order.due == left)
        }
    }

    @Test func aDiscountOfNearlyAllIsSharedExactly() throws {
        let half: Int64 = 4_503_599_627_370_495
        let lines = ["a", "b"].map { lineBody($0, quantity: "1", price: money(half)) }
        let order = try Given(after: .place(lines, discount: 2 * half - 1, total: 1))
        // The odd unit of the discount goes to the first line, so all that is left is the second's.
        #expect(try order.after(.cancel(["a": 1])).due == 1)
        #expect(try order.after(.cancel(["b": 1])).due == 0)
    }

    @Test func fiveHundredLinesShareToTheLastUnit() throws {
        let lines = (0..<500).map { lineBody("l\($0)", quantity: "1", price: money(100)) }
        var order = try Given(after: .place(lines, tax: 777, discount: 333, total: 50_444))
        // 333 lines give one unit each; 277 lines take two units of tax, the others one.
        #expect(try order.after(.cancel(["l0": 1])).due == 50_444 - 101)
        #expect(try order.after(.cancel(["l300": 1])).due == 50_444 - 100)
        #expect(try order.after(.cancel(["l499": 1])).due == 50_444 - 101)
        for number in stride(from: 0, to: 499, by: 7) { order = try order.after(.cancel(["l\(number)": 1])) }
        #expect(try order.after(.cancel()).due == 0)
    }
}
