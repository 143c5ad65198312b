import StrictJSON

/// Ends an order after everything is done.
struct CloseOrder: CommandPayload {
    static let name = CommandName.closeOrder
    static let path = "close"
    static let summary = "Ends an order after everything is done."

    static func read(_ fields: inout FieldReader) -> CloseOrder? { CloseOrder() }

    func write(_ writer: inout JSONWriter) {}

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try Self.check(order)
        return [OrderEvent(OrderClosed(), at: occurredAt)]
    }

    private static func check(_ order: Order) throws(Rejection) {
        try order.requireConfirmed()
        guard order.isTerminal else {
            throw Rejection(.unitsOutstanding, "Units of the order are still open, packed or shipped.")
        }
        try order.requireNoHold()
        if let pending = order.returns.first(where: \.isPending) {
            throw Rejection(.returnsPending, "Return \(pending.returnId) is \(pending.status.rawValue).")
        }
        guard order.isSettled else {
            throw Rejection(
                .moneyNotSettled,
                "Authorized money is neither captured nor voided, or less is captured than due."
            )
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
