/// Units follow parcels: every move between places goes through here.
extension Order {
    /// The positions of the lines by id.
    var lineIndex: [String: Int] {
        Dictionary(lines.enumerated().map { ($1.lineId, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var units: UnitCounts {
        var counts = UnitCounts()
        for line in lines {
            counts.open += line.open
            counts.packed += line.packed
            counts.shipped += line.shipped
            counts.delivered += line.delivered
            counts.returned += line.returned
        }
        return counts
    }

    /// Nothing is left that could still be packed or arrive.
    package var isTerminal: Bool {
        let units = units
        return units.open + units.packed + units.shipped == 0
    }

    var hasDispatchedUnits: Bool {
        let units = units
        return units.shipped + units.delivered > 0
    }

    /// What `cancelOrder` means when it names no lines.
    var openLines: [LineQuantity] {
        lines.compactMap { $0.open > 0 ? LineQuantity(lineId: $0.lineId, quantity: $0.open) : nil }
    }

    /// Per line, units whose return was requested or approved and has not come.
    var pendingReturns: [String: Int] {
        var pending: [String: Int] = [:]
        for line in returns.lazy.filter(\.isPending).flatMap(\.lines) {
            pending[line.lineId, default: 0] += line.quantity
        }
        return pending
    }

    /// Whether the units are where they would be taken from. Delivered units in a return stay delivered.
    func canMove(_ moved: [LineQuantity], from old: UnitPlace, to new: UnitPlace) -> Bool {
        moving(moved, from: old, to: new) != nil
    }

    /// The lines after a move; nil, and nothing at all moves, when one of them has not enough.
    private func moving(_ moved: [LineQuantity], from old: UnitPlace, to new: UnitPlace) -> [OrderLine]? {
        let index = lineIndex
        let pending = old == .delivered ? pendingReturns : [:]
        var result = lines
        for line in moved {
            guard line.quantity > 0, let position = index[line.lineId] else { return nil }
            let there = result[position].count(at: old)
            let kept = old == .delivered ? result[position].returned + (pending[line.lineId] ?? 0) : 0
            guard line.quantity <= there - kept else { return nil }
            result[position].move(line.quantity, from: old, to: new)
        }
        return result
    }

    /// Changes a parcel and lets its units follow. A parcel that is not there is left alone.
    mutating func changeParcel(_ parcelId: String, _ change: (inout Parcel) -> Void) {
        guard let index = parcelIndex(parcelId) else { return }
        let before = parcels[index].status
        change(&parcels[index])
        settleUnits(of: index, formerly: before)
    }

    /// Moves a parcel's units to where its status says they are, if they are still to be had.
    mutating func settleUnits(of index: Int, formerly before: ParcelStatus) {
        let parcel = parcels[index]
        let place = parcel.status.unitPlace
        if place != parcel.unitsAt, let moved = moving(parcel.lines, from: parcel.unitsAt, to: place) {
            lines = moved
            parcels[index].unitsAt = place
        }
        if parcel.status != .lost {
            parcels[index].isLossUnanswered = false
        } else if before != .lost {
            parcels[index].isLossUnanswered = true
        }
    }

    /// Packing or cancelling is an answer to every loss so far.
    mutating func answerLosses() {
        for index in parcels.indices { parcels[index].isLossUnanswered = false }
    }

    mutating func cancel(_ cancelled: [LineQuantity]) {
        let index = lineIndex
        for line in cancelled {
            guard let position = index[line.lineId] else { continue }
            lines[position].cancelled += min(max(0, line.quantity), lines[position].open)
        }
    }

    mutating func countReturned(_ received: [ReceivedLine]) {
        let index = lineIndex
        for line in received {
            guard let position = index[line.lineId] else { continue }
            let atMost = lines[position].delivered - lines[position].returned
            lines[position].returned += min(max(0, line.quantity), atMost)
        }
    }
}
