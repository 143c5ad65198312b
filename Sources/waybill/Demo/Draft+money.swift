import StrictJSON

/// The amounts of a simulated order in minor units, and the commands that report payments.
extension Draft {
    private func goods(of line: String) -> Int { quantity(of: line) * (prices[line] ?? 0) * shop.scale }

    private var goods: Int { goods(of: "l1") + goods(of: "l2") }

    var shipping: Int { 5 * shop.scale }

    /// A voucher of a tenth, which one customer in five has.
    var discount: Int { number.isMultiple(of: 5) ? goods / 10 : 0 }

    /// A fifth of the net sum where prices include the tax; eight hundredths of the goods where it comes on top.
    var tax: Int {
        shop.isTaxIncluded ? (goods + shipping - discount) / 6 : (goods - discount) * 8 / 100
    }

    var total: Int { goods + shipping - discount + (shop.isTaxIncluded ? 0 : tax) }

    /// The amount by which due falls when all units of a line are cancelled or come back: the goods less the line's
    /// share of the voucher, with its share of a tax that comes on top.
    func worth(of line: String) -> Int {
        goods(of: line) - share(of: discount, line) + (shop.isTaxIncluded ? 0 : share(of: tax, line))
    }

    /// A line's part of an amount that is divided by goods; of two lines the first gets the odd half.
    private func share(of amount: Int, _ line: String) -> Int {
        let first = (2 * amount * goods(of: "l1") + goods) / (2 * goods)
        return line == "l1" ? first : amount - first
    }

    /// Reports a payment.
    ///
    /// - Parameters:
    ///   - amount: in minor units; nil for the total.
    ///   - payer: the card or other means, each of which is a payment of its own at the provider.
    ///   - isFinal: no more is captured of what was authorized.
    func payment(
        _ kind: String,
        _ amount: Int? = nil,
        by payer: String = "card",
        isFinal: Bool = false,
        for returnId: String? = nil
    ) -> Journey.Step {
        Journey.Step(path: "payment") { [self] writer in
            writer.field("paymentId", "\(kind)-\(payer)")
            writer.field("kind", kind)
            writer.amounts([("amount", amount ?? total)], self)
            writer.field("providerRef", "psp-\(number)-\(payer)")
            writer.field("returnId", returnId)
            if isFinal { writer.field("final", true) }
        }
    }

    /// Lowers the price of an order that is paid.
    func goodwill(_ amount: Int) -> Journey.Step {
        Journey.Step(path: "adjust-total") { [self] writer in
            writer.field("adjustmentId", "goodwill-1")
            writer.amounts([("amount", amount)], self)
            writer.field("direction", "lower")
            writer.field("reason", "goodwill")
            writer.field("note", "A scratch on the lid")
        }
    }
}
