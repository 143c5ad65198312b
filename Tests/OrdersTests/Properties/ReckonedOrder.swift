@testable import Orders

/// A random order and the worth of its lines, reckoned a second time and plainly.
struct ReckonedOrder {
    struct Line {
        var id: String
        var quantity: Int
        var goods: Int64
        var discount: Int64?
        var tax: Int64?
    }

    let currency: String
    var lines: [Line]
    let shipping: Int64
    let tax: Int64
    let discount: Int64
    let taxIncluded: Bool

    var total: Int64 {
        lines.reduce(0) { $0 + $1.goods } + shipping + (taxIncluded ? 0 : tax) - discount
    }

    var step: Step {
        let bodies = lines.map { line in
            let more = [
                #""lineTotal":\#(money(line.goods, currency))"#,
                line.discount.map { #""discount":\#(money($0, currency))"# },
                line.tax.map { #""tax":\#(money($0, currency))"# },
            ]
            return lineBody(
                line.id,
                quantity: "\(line.quantity)",
                price: money(0, currency),
                more.compactMap { $0 }.joined(separator: ",")
            )
        }
        return Step.place(bodies, shipping: shipping, tax: tax, discount: discount, total: total, in: currency)
            .with("taxIncluded", "\(taxIncluded)")
    }

    /// The worth of each line: goods, less its discount, less its share of what no line carries, plus tax on top.
    var worths: [Int64] {
        let left = lines.map { $0.goods - ($0.discount ?? 0) }
        let unshared = discount - lines.reduce(0) { $0 + ($1.discount ?? 0) }
        let discounts = Self.shares(min(unshared, left.reduce(0, +)), by: left)
        let taxes: [Int64] =
            if taxIncluded { lines.map { _ in 0 } } else if lines.contains(where: { $0.tax != nil }) {
                lines.map { $0.tax ?? 0 }
            } else { Self.shares(tax, by: left) }
        return lines.indices.map { left[$0] - discounts[$0] + taxes[$0] }
    }

    /// The amount shared by weight, by largest remainder, ties in order.
    static func shares(_ amount: Int64, by weights: [Int64]) -> [Int64] {
        let all = weights.reduce(Int128(0)) { $0 + Int128($1) }
        guard all > 0 else { return weights.map { _ in 0 } }
        var shares = weights.map { Int64(Int128(amount) * Int128($0) / all) }
        let remainders = weights.map { Int128(amount) * Int128($0) % all }
        let order = weights.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
        for index in order.prefix(Int(amount - shares.reduce(0, +))) { shares[index] += 1 }
        return shares
    }

    /// A random order of that many lines, each of goods up to `most`.
    init(_ count: Int, most: Int64, in currency: String = "EUR", using random: inout SeededGenerator) {
        self.currency = currency
        let carries = random.chance(30)
        lines = (0..<count).map { number in
            let goods = random.chance(10) && number > 0 ? 0 : Int64.random(in: 1...most, using: &random)
            return Line(
                id: "l\(number)",
                quantity: Int.random(in: 1...5, using: &random),
                goods: goods,
                discount: number > 0 && random.chance(20) ? Int64.random(in: 0...goods, using: &random) : nil,
                tax: carries && random.chance(60) ? Int64.random(in: 0...(goods / 4), using: &random) : nil
            )
        }
        let carried = lines.reduce(0) { $0 + ($1.discount ?? 0) }
        let goods = lines.reduce(0) { $0 + $1.goods }
        discount = random.chance(20) ? goods : Int64.random(in: carried...goods, using: &random)
        let taxes = lines.reduce(0) { $0 + ($1.tax ?? 0) }
        tax = carries ? taxes : Int64.random(in: 0...(goods / 4), using: &random)
        shipping = Int64.random(in: 0...min(900, most), using: &random)
        taxIncluded = random.chance(20)
    }
}
