/// The amounts that an order's total is made of, and the worth of its units. Amounts are minor units of one currency.
///
/// 500 lines of a million units at 2^53 each need more than 64 bits, so sums and products are made in 128.
struct Pricing: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let quantity: Int
        /// The price of all units together, before any discount.
        let goods: Int128
        /// The part of the order's discount that the line carries; nil where the line says none.
        let discount: Int64?
        /// The part of the order's tax that the line carries; nil where the line says none.
        let tax: Int64?

        init(quantity: Int, unitPrice: Int64, lineTotal: Int64?, discount: Int64?, tax: Int64?) {
            self.quantity = quantity
            self.goods = lineTotal.map { Int128($0) } ?? Int128(quantity) * Int128(unitPrice)
            self.discount = discount
            self.tax = tax
        }

        /// The price of all units together after the line's own discount.
        var net: Int128 { max(0, goods - Int128(discount ?? 0)) }
    }

    let lines: [Line]
    let shipping: Int64
    /// The whole order's tax; the taxes of lines are parts of it.
    let tax: Int64
    /// The whole order's discount; the discounts of lines are parts of it.
    let discount: Int64
    let fees: [Fee]
    let taxIncluded: Bool

    /// The total to which the amounts add up.
    var expectedTotal: Int128 {
        let goods = lines.reduce(Int128(0)) { $0 + $1.goods }
        let fees = fees.reduce(Int128(0)) { $0 + Int128($1.amount.amount) }
        return goods + Int128(shipping) + fees + (taxIncluded ? 0 : Int128(tax)) - Int128(discount)
    }

    var lineTaxes: Int128 { lines.reduce(Int128(0)) { $0 + Int128($1.tax ?? 0) } }

    var lineDiscounts: Int128 { lines.reduce(Int128(0)) { $0 + Int128($1.discount ?? 0) } }

    /// The worth of all units of each line, in the order of the lines.
    ///
    /// A line is worth its goods, less its discount, less its share of the discount that no line carries, plus its tax
    /// where tax comes on top: its own, or where no line says any its share of the order's.
    var lineWorths: [Int128] {
        let nets = lines.map(\.net)
        let sum = nets.reduce(0, +)
        let unassigned = max(0, Int128(discount) - lineDiscounts)
        // A share takes no more than the goods are worth: a discount may cover shipping too.
        let discounts = Self.shares(of: min(unassigned, sum), by: nets)
        var worths = zip(nets, discounts).map { $0 - $1 }
        guard !taxIncluded else { return worths }
        let taxes =
            lines.contains { $0.tax != nil }
            ? lines.map { Int128($0.tax ?? 0) } : Self.shares(of: Int128(tax), by: nets)
        for index in worths.indices { worths[index] += taxes[index] }
        return worths
    }

    /// The worth of the first units of a line that are gone: ⌊gone × worth ÷ quantity⌋. So all of them are worth
    /// the line exactly, whatever the steps in which they go.
    static func worth(ofFirst gone: Int, of quantity: Int, lineWorth: Int128) -> Int128 {
        guard quantity > 0 else { return 0 }
        return Int128(min(gone, quantity)) * lineWorth / Int128(quantity)
    }

    /// Divides an amount by weights to the minor unit: the largest remainders get the units that are left, equal ones
    /// in the order of the weights. All shares are 0 where no weight is above 0.
    static func shares(of amount: Int128, by weights: [Int128]) -> [Int128] {
        let sum = weights.reduce(0, +)
        guard sum > 0, amount > 0 else { return weights.map { _ in 0 } }
        var shares: [Int128] = []
        var remainders: [(index: Int, remainder: Int128)] = []
        var left = amount
        for (index, weight) in weights.enumerated() {
            // The product can pass 128 bits only beyond any order: both factors are below 2^64.
            let (share, remainder) = (amount * weight).quotientAndRemainder(dividingBy: sum)
            shares.append(share)
            remainders.append((index, remainder))
            left -= share
        }
        remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        for entry in remainders.prefix(Int(left)) { shares[entry.index] += 1 }
        return shares
    }
}

extension Int64 {
    /// The nearest amount that 64 bits hold.
    init(clampingAmount amount: Int128) {
        self = Int64(clamping: amount)
    }
}
