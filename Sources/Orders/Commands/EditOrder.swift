import StrictJSON

/// Changes lines, amounts and fees of an order that is not closed.
struct EditOrder: CommandPayload {
    static let name = CommandName.editOrder
    static let path = "edit"
    static let summary =
        "Changes lines, amounts and fees. A line replaces the one of its id, or is new; what is left out stays."
    static let meanings = [
        "lines": "The lines to replace or add, each whole. Other lines stay.",
        "fees": "All fees of the order as they are to be.",
        "total": "What the amounts of the edited order add up to.",
    ]

    let lines: [PlacedLine]
    let shipping: Money?
    let tax: Money?
    let discount: Money?
    let fees: [Fee]?
    let total: Money

    static func read(_ fields: inout FieldReader) -> EditOrder? {
        let lines = fields.optional("lines", .placedLines(in: nil))
        let shipping = fields.optional("shipping", .money)
        let tax = fields.optional("tax", .money)
        let discount = fields.optional("discount", .money)
        let fees = fields.optional("fees", .fees(in: nil))
        return fields.required("total", .money).map {
            EditOrder(lines: lines ?? [], shipping: shipping, tax: tax, discount: discount, fees: fees, total: $0)
        }
    }

    func write(_ writer: inout JSONWriter) {
        if !lines.isEmpty { writer.array("lines", lines) { writer, line in writer.object { line.write(&$0) } } }
        if let shipping { writer.field("shipping", shipping) }
        if let tax { writer.field("tax", tax) }
        if let discount { writer.field("discount", discount) }
        if let fees { writer.field("fees", fees) }
        writer.field("total", total)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireActive()
        try requireCurrency(of: order)
        try requireUnits(of: order)
        try order.requireRoomForEdit()
        var edited = order
        edited.edit(lines: lines, shipping: shipping, tax: tax, discount: discount, fees: fees)
        try order.requireRoom(0, adding: edited.lines.count, within: OrderBound.lines, for: "lines")
        guard edited.units.live > 0 else {
            throw Rejection(.nothingLive, "The edit leaves no live unit. Cancel the order instead.")
        }
        let pricing = edited.pricing
        try requireTotals(pricing)
        edited.total = total.amount
        let change =
            (Int128(edited.total) - edited.worthOfGone) - (Int128(order.total) - order.worthOfGone)
        let due = max(0, Int128(order.due) + change)
        guard due <= Int128(Money.maximumAmount) else { throw Self.tooLarge }
        let index = order.lineIndex
        let event = OrderEdited(
            lines: lines.filter { line in index[line.lineId].map { !order.lines[$0].isSame(as: line) } ?? true },
            shipping: shipping.flatMap { $0.amount == order.shipping ? nil : $0 },
            tax: tax.flatMap { $0.amount == order.tax ? nil : $0 },
            discount: discount.flatMap { $0.amount == order.discount ? nil : $0 },
            fees: fees.flatMap { $0 == order.fees ? nil : $0 },
            oldTotal: order.money(order.total),
            newTotal: total,
            oldDue: order.money(order.due),
            newDue: order.money(Int64(due))
        )
        return [OrderEvent(event, at: occurredAt)]
    }

    static let tooLarge = Rejection(.amountTooLarge, "The amount that is due would pass 2^53 - 1 minor units.")

    private func requireCurrency(of order: Order) throws(Rejection) {
        guard let other = currencies.first(where: { $0 != order.currency }) else { return }
        throw Rejection(.currencyMismatch, "The order is in \(order.currency), not in \(other).")
    }

    /// The currencies of all amounts.
    private var currencies: [String] {
        var currencies = [total.currency]
        currencies += [shipping, tax, discount].compactMap { $0?.currency }
        currencies += (fees ?? []).map(\.amount.currency)
        return currencies + lines.map { $0.otherCurrency ?? $0.currency }
    }

    private func requireUnits(of order: Order) throws(Rejection) {
        let index = order.lineIndex
        for line in lines {
            guard let position = index[line.lineId] else { continue }
            let inUse = order.lines[position].inUse
            guard line.quantity >= inUse else {
                throw Rejection(
                    .quantityInUse,
                    "\(inUse) units of line \(line.lineId) are packed, shipped, delivered or cancelled."
                )
            }
        }
    }

    private func requireTotals(_ pricing: Pricing) throws(Rejection) {
        if let line = lines.first(where: \.discountsTooMuch) {
            throw Rejection(.totalMismatch, "The discount of line \(line.lineId) is above what the line costs.")
        }
        guard pricing.lineTaxes <= Int128(pricing.tax) else {
            throw Rejection(.totalMismatch, "The lines carry a tax of \(pricing.lineTaxes), the order \(pricing.tax).")
        }
        guard pricing.lineDiscounts <= Int128(pricing.discount) else {
            throw Rejection(
                .totalMismatch,
                "The lines carry a discount of \(pricing.lineDiscounts), the order \(pricing.discount)."
            )
        }
        guard pricing.expectedTotal == Int128(total.amount) else {
            throw Rejection(
                .totalMismatch,
                "The amounts add up to \(pricing.expectedTotal) \(total.currency), not to \(total.amount)."
            )
        }
    }

    static func isPossible(in order: Order) -> Bool {
        order.isActive && order.hasRoomForEdit
    }
}
