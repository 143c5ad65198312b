/// Rules that several commands share.
extension Order {
    /// Cancelled and closed orders take part in no more business.
    func requireAlive() throws(Rejection) {
        switch lifecycle {
        case .placed, .confirmed: return
        case .cancelled: throw Rejection(.orderCancelled, "The order is cancelled.")
        case .closed: throw Rejection(.orderClosed, "The order is closed.")
        }
    }

    func requireConfirmed() throws(Rejection) {
        try requireAlive()
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

    func requirePacked(_ parcelId: String) throws(Rejection) -> Int {
        let index = try requireParcel(parcelId)
        guard parcels[index].status == .packed else {
            throw Rejection(.parcelNotPacked, "Parcel \(parcelId) is \(parcels[index].status.rawValue), not packed.")
        }
        return index
    }

    func requireReturn(_ returnId: String) throws(Rejection) -> Return {
        guard let found = returns.first(where: { $0.returnId == returnId }) else {
            throw Rejection(.returnUnknown, "The order has no return \(returnId).")
        }
        return found
    }

    /// Every line is the order's, and `available` holds what is asked of it.
    func require(
        _ wanted: [LineQuantity],
        available: (OrderLine) -> Int,
        otherwise reason: RejectionReason,
        _ state: String
    ) throws(Rejection) {
        let index = lineIndex
        for line in wanted where index[line.lineId] == nil {
            throw Rejection(.lineUnknown, "The order has no line \(line.lineId).")
        }
        for line in wanted {
            guard let position = index[line.lineId] else { continue }
            let count = available(lines[position])
            guard line.quantity <= count else {
                throw Rejection(reason, "Line \(line.lineId) has \(count) units \(state), not \(line.quantity).")
            }
        }
    }

    var hasPackedParcel: Bool { parcels.contains { $0.status == .packed } }
}
