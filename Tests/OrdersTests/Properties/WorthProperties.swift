import Testing

@testable import Orders

/// The worth of units against a second reckoning, and the sums that it must keep.
@Suite struct WorthProperties {
    /// Every number of lines an order may have, in stripes that run beside each other.
    @Test(arguments: 0..<10)
    func sharesAddUpForEveryNumberOfLines(stripe: Int) throws {
        for count in 1...499 where count % 10 == stripe {
            var random = SeededGenerator(seed: UInt64(count))
            let order = ReckonedOrder(count, most: 5000, using: &random)
            try checkSum(of: order, "seed \(count)")
        }
    }

    @Test(arguments: ["JPY", "KWD", "EUR"])
    func sharesAddUpInEveryCurrency(currency: String) throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let order = ReckonedOrder(
                1 + Int(seed),
                most: seed.isMultiple(of: 2) ? 7 : 900_000,
                in: currency,
                using: &random
            )
            try checkSum(of: order, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func sharesAddUpNearTheLargestAmount(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...499, using: &random)
        let most = Money.maximumAmount / Int64(count) / 4 * 3
        try checkSum(of: ReckonedOrder(count, most: most, using: &random), "seed \(seed)")
    }

    /// All units but a free one are cancelled at once: they are worth all that is no shipping.
    private func checkSum(of order: ReckonedOrder, _ seed: String) throws {
        let free = lineBody("free", quantity: "1", price: money(0, order.currency))
        let bodies = order.step
        let placed = try Given(after: bodies.adding(line: free))
        let units = order.lines.map { #"{"lineId":"\#($0.id)","quantity":\#($0.quantity)}"# }.joined(separator: ",")
        let outcome = try placed.when(Step.cancel().with("lines", "[\(units)]"))
        let reduction = try outcome.data(.itemsCancelled).amount("reduction")
        #expect(reduction == order.worths.reduce(0, +), "\(seed)")
        #expect(reduction == order.total - order.shipping, "\(seed)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func everyLineIsWorthItsSecondReckoning(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let order = ReckonedOrder(
            Int.random(in: 2...30, using: &random),
            most: random.pick([5, 100, 90_000]),
            using: &random
        )
        let placed = try Given(after: order.step)
        for (line, worth) in zip(order.lines, order.worths) {
            let outcome = try placed.when(.cancel([line.id: line.quantity]))
            #expect(try outcome.data(.itemsCancelled).amount("reduction") == worth, "seed \(seed), line \(line.id)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func unitsThatGoOneByOneAreWorthTheirLine(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let order = ReckonedOrder(3, most: random.pick([3, 1000, 9_000_000_000_000]), using: &random)
        var state = try Given(after: order.step)
        let line = random.pick(order.lines)
        let worth = try #require(zip(order.lines, order.worths).first { $0.0.id == line.id }).1
        for gone in 1...line.quantity {
            let outcome = try state.when(.cancel([line.id: 1]))
            let before = Int128(gone - 1) * Int128(worth) / Int128(line.quantity)
            let after = Int128(gone) * Int128(worth) / Int128(line.quantity)
            #expect(
                try outcome.data(.itemsCancelled).amount("reduction").map { Int128($0) } == after - before,
                "seed \(seed)"
            )
            state = try state.after(.cancel([line.id: 1]))
        }
        #expect(state.due == order.total - worth, "seed \(seed)")
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func anOrderCancelledUnitByUnitLeavesNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let order = ReckonedOrder(Int.random(in: 1...6, using: &random), most: 5000, using: &random)
        var state = try Given(after: order.step)
        var units = order.lines.flatMap { line in Array(repeating: line.id, count: line.quantity) }
        units.shuffle(using: &random)
        for unit in units {
            state = try state.after(.cancel([unit: 1]))
            #expect((state.due ?? -1) >= 0, "seed \(seed)")
        }
        #expect(state.due == 0 && state.headline == "cancelled", "seed \(seed)")
    }
}

extension Step {
    /// The placement with one more line.
    func adding(line: String) -> Step {
        with("lines", "[" + (self["lines"] ?? "[]").dropFirst().dropLast() + ",\(line)]")
    }
}
