/// Rules that several commands share.
extension Order {
    /// Refuses for a cancelled or closed order.
    func requireActive() throws(Rejection) {
        switch lifecycle {
        case .placed, .confirmed: return
        case .cancelled: throw Rejection(.orderCancelled, "The order is cancelled.")
        case .closed: throw Rejection(.orderClosed, "The order is closed.")
        }
    }

    func requireConfirmed() throws(Rejection) {
        try requireActive()
        guard lifecycle == .confirmed else { throw Rejection(.orderNotConfirmed, "The order is not confirmed.") }
    }

    func requireNoHold() throws(Rejection) {
        guard let hold = openHolds.first else { return }
        throw Rejection(.orderOnHold, "The order is on hold (\(hold.holdId)).")
    }

    func requireParcel(_ parcelId: String) throws(Rejection) -> Int {
        guard let index = parcelIndex(parcelId) else {
            throw Rejection(.parcelUnknown, "The order has no parcel \(parcelId).")
        }
        return index
    }

    func requireReturn(_ returnId: String) throws(Rejection) -> Return {
        guard let found = returns.first(where: { $0.returnId == returnId }) else {
            throw Rejection(.returnUnknown, "The order has no return \(returnId).")
        }
        return found
    }

    /// Refuses lines that the order does not have, and quantities that a line does not have.
    ///
    /// - Parameters:
    ///   - available: the number of units that a line can give.
    ///   - reason: the refusal for a quantity above that number.
    ///   - state: the state of those units, for the message.
    func require(
        _ wanted: [LineQuantity],
        available: (OrderLine) -> Int,
        otherwise reason: RejectionReason,
        described state: String
    ) throws(Rejection) {
        let index = lineIndex
        for line in wanted where index[line.lineId] == nil {
            throw Rejection(.lineUnknown, "The order has no line \(line.lineId).")
        }
        for line in wanted {
            guard let position = index[line.lineId] else { continue }
            let count = available(lines[position])
            guard line.quantity <= count else {
                let units = count == 1 ? "unit" : "units"
                throw Rejection(reason, "Line \(line.lineId) has \(count) \(units) \(state), not \(line.quantity).")
            }
        }
    }

    /// Refuses an amount in another currency than the order's.
    func requireCurrency(_ money: Money?) throws(Rejection) {
        guard let money, money.currency != currency else { return }
        throw Rejection(.currencyMismatch, "The order is in \(currency), not in \(money.currency).")
    }
}
