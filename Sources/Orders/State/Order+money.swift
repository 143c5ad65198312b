extension Order {
    /// The amount that the customer has to pay in all. Events move it: cancelled and returned units, adjustments,
    /// edits.
    package var due: Int64 { payment.due }

    /// Tells whether enough is paid or reserved for a parcel to leave.
    package var isPaidEnough: Bool { terms != .prepaid || payment.secured >= due }

    /// The amounts that the order's total is made of, as they are now.
    var pricing: Pricing {
        Pricing(
            lines: lines.map(\.pricing),
            shipping: shipping,
            tax: tax,
            discount: discount,
            fees: fees,
            taxIncluded: taxIncluded
        )
    }

    /// The worth of all units that are gone: cancelled, or received back.
    var worthOfGone: Int128 {
        zip(lines, pricing.lineWorths).reduce(Int128(0)) { sum, entry in
            sum + Pricing.worth(ofFirst: entry.0.gone, of: entry.0.quantity, lineWorth: entry.1)
        }
    }

    /// The worth of units that go: what the units gone are worth with them, less what they are worth without them.
    ///
    /// - Parameter lines: known lines, each once.
    func worth(of lines: [LineQuantity]) -> Int64 {
        let (index, worths) = (lineIndex, pricing.lineWorths)
        let sum = lines.reduce(Int128(0)) { sum, going in
            guard let position = index[going.lineId] else { return sum }
            let line = self.lines[position]
            let after = Pricing.worth(
                ofFirst: line.gone + going.quantity,
                of: line.quantity,
                lineWorth: worths[position]
            )
            return sum + after
                - Pricing.worth(ofFirst: line.gone, of: line.quantity, lineWorth: worths[position])
        }
        return Int64(clampingAmount: sum)
    }

    /// The amount in words: minor units and the currency.
    func text(_ minorUnits: Int64) -> String { "\(minorUnits) \(currency)" }

    /// The money in the order's currency.
    func money(_ minorUnits: Int64) -> Money { Money(amount: minorUnits, currency: currency) }

    mutating func reduceDue(by reduction: Int64) {
        payment.setDue(due.addingSaturated(-max(0, reduction)))
    }
}
