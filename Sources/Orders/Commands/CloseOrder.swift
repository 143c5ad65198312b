import StrictJSON

/// Ends an order after everything is done.
struct CloseOrder: CommandPayload {
    static let name = CommandName.closeOrder
    static let path = "close"
    static let summary = "Ends an order after everything is done, with money settled or written off."
    static let meanings = [
        "writeOff": "The reason for closing with money unsettled. For staff only."
    ]
    static let passesBounds = true

    let writeOff: String?

    static func read(_ fields: inout FieldReader) -> CloseOrder? {
        CloseOrder(writeOff: fields.optional("writeOff", .text))
    }

    func write(_ writer: inout JSONWriter) { writer.field("writeOff", writeOff) }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try Self.check(order)
        guard let writeOff else {
            guard order.payment.isSettled else {
                throw Rejection(
                    .moneyNotSettled,
                    """
                    \(order.text(order.payment.paid)) is paid, \(order.text(order.due)) is due, and \
                    \(order.text(order.payment.outstanding)) is authorized and neither captured nor voided. A write-off \
                    closes the order all the same.
                    """
                )
            }
            return [OrderEvent(OrderClosed(), at: occurredAt)]
        }
        return [OrderEvent(OrderClosed(writeOff: Self.writeOff(of: order, writeOff)), at: occurredAt)]
    }

    private static func writeOff(of order: Order, _ reason: String) -> WriteOff {
        func money(_ amount: Int64) -> Money? {
            amount > 0 ? order.money(min(amount, Money.maximumAmount)) : nil
        }
        let difference = order.due.addingSaturated(-order.payment.paid)
        return WriteOff(
            reason: reason,
            unpaid: money(difference),
            unrefunded: money(-difference),
            unreleased: money(order.payment.outstanding)
        )
    }

    private static func check(_ order: Order) throws(Rejection) {
        try order.requireConfirmed()
        guard order.isTerminal else {
            let units = order.units
            throw Rejection(
                .unitsOutstanding,
                "\(units.open) units are open, \(units.packed) packed and \(units.shipped) shipped."
            )
        }
        try order.requireNoHold()
        if let pending = order.returns.first(where: \.isPending) {
            throw Rejection(.returnsPending, "Return \(pending.returnId) is \(pending.status.rawValue).")
        }
    }

    static func isPossible(in order: Order) -> Bool {
        do {
            try check(order)
            return true
        } catch {
            return false
        }
    }
}
