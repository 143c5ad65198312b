@testable import Orders

/// Orders with which many specifications begin.
///
/// The shop's order: 2 of `a` at 10.00 and 3 of `b` at 5.00, shipping 3.00, tax on top 2.00, discount 1.00: 39.00.
let shopOrder = Step.place(
    [lineBody("a", quantity: "2", price: money(1000)), lineBody("b", quantity: "3", price: money(500))],
    shipping: 300,
    tax: 200,
    discount: 100,
    total: 3900
)

/// Two lamps at 10.00 and nothing else: 20.00.
let twoLamps = Step.place([lineBody("a", quantity: "2", price: money(1000))], total: 2000)

extension Given {
    /// Begins a scenario with commands, each of which the order accepts.
    init(after steps: Step...) throws { self = try Given([]).after(steps) }

    /// Two lamps, confirmed and paid.
    static var paidLamps: Given {
        get throws { try Given(after: twoLamps, .confirm, .pay("m", "captured", 2000)) }
    }

    /// Two lamps, paid, packed as `p`.
    static var packedLamps: Given { get throws { try paidLamps.after(.pack("p", ["a": 2])) } }

    /// Two lamps, paid, dispatched as `p` at 10:10.
    static var sentLamps: Given { get throws { try packedLamps.after(.dispatch("p").at(10)) } }

    /// Two lamps, paid, delivered in `p` at 10:20 by the scan `d`.
    static var deliveredLamps: Given { get throws { try sentLamps.after(.scan("p", "d", .delivered, 20)) } }
}
