package import StrictJSON

/// An amount in minor units of a currency (cents, or yen where there is no smaller unit).
package struct Money: Sendable, Hashable {
    /// 0 … 2^53 − 1, so that every JSON reader holds it exactly.
    package let amount: Int64
    /// ISO 4217.
    package let currency: String

    package static let maximumAmount: Int64 = 9_007_199_254_740_991

    package init(amount: Int64, currency: String) {
        self.amount = amount
        self.currency = currency
    }
}

extension JSONWriter {
    package mutating func money(_ minorUnits: Int64, currency: String) {
        object { writer in
            writer.field("amount", minorUnits)
            writer.field("currency", currency)
        }
    }

    mutating func field(_ name: StaticString, _ money: Money) {
        key(name)
        self.money(money.amount, currency: money.currency)
    }
}

extension Int64 {
    /// The sum, or the nearest bound of `Int64`. Sums of reported money must not trap; no real order comes near the
    /// bound.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { return other < 0 ? .min : .max }
        return sum
    }

    func multipliedSaturated(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        if overflow { return (self < 0) == (other < 0) ? .max : .min }
        return product
    }
}
