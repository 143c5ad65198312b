/// Counts and moves of units. Units follow their parcel: each change of a parcel's status moves them here.
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

    /// Tells whether no units are left that could still be packed or arrive.
    package var isTerminal: Bool {
        let units = units
        return units.open + units.packed + units.shipped == 0
    }

    var hasDispatchedUnits: Bool {
        let units = units
        return units.shipped + units.delivered > 0
    }

    /// The open units of all lines: those that `cancelOrder` cancels when it names no lines.
    var openLines: [LineQuantity] {
        lines.compactMap { $0.open > 0 ? LineQuantity(lineId: $0.lineId, quantity: $0.open) : nil }
    }

    /// The number of units by line whose return was requested or approved and has not arrived.
    var pendingReturns: [String: Int] {
        var pending: [String: Int] = [:]
        for line in returns.lazy.filter(\.isPending).flatMap(\.lines) {
            pending[line.lineId, default: 0] += line.quantity
        }
        return pending
    }

    /// Tells whether so many units are at the old place. Delivered units in a return cannot leave.
    func canMove(_ moved: [LineQuantity], from old: UnitPlace, to new: UnitPlace) -> Bool {
        linesAfterMoving(moved, from: old, to: new) != nil
    }

    /// The lines after a move; nil where one of them has too few units, and then no line moves.
    private func linesAfterMoving(_ moved: [LineQuantity], from old: UnitPlace, to new: UnitPlace) -> [OrderLine]? {
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

    /// Changes a parcel and moves its units. An unknown parcel changes nothing.
    mutating func changeParcel(_ parcelId: String, _ change: (inout Parcel) -> Void) {
        guard let index = parcelIndex(parcelId) else { return }
        let before = parcels[index].status
        change(&parcels[index])
        updateUnits(ofParcelAt: index, previousStatus: before)
    }

    /// Moves a parcel's units to the place that its status implies, if the units are still available.
    mutating func updateUnits(ofParcelAt index: Int, previousStatus: ParcelStatus) {
        let parcel = parcels[index]
        let place = parcel.status.unitPlace
        if place != parcel.unitsAt, let moved = linesAfterMoving(parcel.lines, from: parcel.unitsAt, to: place) {
            lines = moved
            parcels[index].unitsAt = place
        }
        if parcel.status != .lost {
            parcels[index].isLossUnresolved = false
        } else if previousStatus != .lost {
            parcels[index].isLossUnresolved = true
        }
    }

    /// Marks every loss as resolved. Packing or cancelling units does so.
    mutating func resolveLosses() {
        for index in parcels.indices { parcels[index].isLossUnresolved = false }
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
