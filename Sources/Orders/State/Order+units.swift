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

    /// The open units of all lines: those that `cancelOrder` cancels when it names no lines.
    var openLines: [LineQuantity] {
        lines.compactMap { $0.open > 0 ? LineQuantity(lineId: $0.lineId, quantity: $0.open) : nil }
    }

    /// The number of units by line whose return was requested or approved and has not arrived.
    var pendingReturns: [String: Int] {
        var pending: [String: Int] = [:]
        for line in returns.lazy.filter(\.isPending).flatMap(\.expected) {
            pending[line.lineId, default: 0] += line.quantity
        }
        return pending
    }

    /// The values that a check of many moves looks up: the positions of the lines, and the units that returns expect.
    struct MoveLookUp {
        /// The positions of many lines by id; nil for few, where a search is faster than a hash.
        fileprivate let lines: [String: Int]?
        fileprivate let pending: [String: Int]
    }

    var moveLookUp: MoveLookUp { moveLookUp(pending: pendingReturns) }

    private static let searchedLines = 8

    private func moveLookUp(pending: [String: Int]) -> MoveLookUp {
        MoveLookUp(lines: lines.count > Self.searchedLines ? lineIndex : nil, pending: pending)
    }

    private func position(of lineId: String, _ lookUp: MoveLookUp) -> Int? {
        guard let index = lookUp.lines else { return lines.firstIndex { $0.lineId == lineId } }
        return index[lineId]
    }

    /// Tells whether so many units are at the old place. Delivered units in a return cannot leave.
    ///
    /// - Parameter lookUp: of this order, for a caller that checks many moves.
    func canMove(
        _ moved: [LineQuantity],
        from old: UnitPlace,
        to new: UnitPlace,
        lookUp: MoveLookUp? = nil
    ) -> Bool {
        let lookUp = lookUp ?? moveLookUp
        return moved.allSatisfy { line in
            guard line.quantity > 0, let position = position(of: line.lineId, lookUp) else { return false }
            return line.quantity <= movable(lines[position], from: old, pending: lookUp.pending)
        }
    }

    private func movable(_ line: OrderLine, from old: UnitPlace, pending: [String: Int]) -> Int {
        old == .delivered ? line.returnable(pending: pending[line.lineId] ?? 0) : line.count(at: old)
    }

    /// Moves units; moves none where one line has too few of them.
    ///
    /// - Parameter moved: each line once.
    private mutating func move(_ moved: [LineQuantity], from old: UnitPlace, to new: UnitPlace) -> Bool {
        let lookUp = moveLookUp(pending: old == .delivered ? pendingReturns : [:])
        guard canMove(moved, from: old, to: new, lookUp: lookUp) else { return false }
        for line in moved {
            guard let position = position(of: line.lineId, lookUp) else { continue }
            lines[position].move(line.quantity, from: old, to: new)
        }
        return true
    }

    /// Changes a parcel and moves its units. An unknown parcel changes nothing.
    mutating func changeParcel(_ parcelId: String, _ change: (inout Parcel) -> Void) {
        guard let index = parcelIndex(parcelId) else { return }
        change(&parcels[index])
        updateUnits(ofParcelAt: index)
    }

    /// Moves a parcel's units to the place that its status implies, if the units are still available.
    mutating func updateUnits(ofParcelAt index: Int) {
        let parcel = parcels[index]
        let place = parcel.unitPlace
        let moves = place != parcel.unitsAt && move(parcel.movingLines, from: parcel.unitsAt, to: place)
        if moves { parcels[index].unitsAt = place }
        if parcel.status != .lost, parcel.status != .returnedToSender {
            parcels[index].isLossUnresolved = false
        } else if moves, place == .open {
            // Units that were sent again or came back otherwise leave the shop nothing to do.
            parcels[index].isLossUnresolved = true
        }
    }

    /// Marks every loss and every shortage as resolved. Packing or cancelling units does so.
    mutating func resolveLosses() {
        for index in parcels.indices where parcels[index].isLossUnresolved { parcels[index].isLossUnresolved = false }
        for index in claims.indices where claims[index].isUnresolved { claims[index].isUnresolved = false }
    }

    /// The units of received goods that the order counts as back: no more of a line than is delivered and not back.
    func returnable(_ received: [ReceivedLine]) -> [LineQuantity] {
        let index = lineIndex
        return received.byLine.compactMap { line in
            guard let position = index[line.lineId] else { return nil }
            let count = min(line.quantity, lines[position].delivered - lines[position].returned)
            return count > 0 ? LineQuantity(lineId: line.lineId, quantity: count) : nil
        }
    }

    /// Moves units that a customer reported short from delivered to open: the shop owes them again.
    ///
    /// - Returns: whether they moved; nothing moves where the parcel has not so many delivered units.
    mutating func moveShort(_ short: [LineQuantity], ofParcelAt index: Int) -> Bool {
        guard let moved = linesAfterShortage(short, ofParcelAt: index) else { return false }
        lines = moved
        parcels[index].short = Self.added(parcels[index].short, short)
        return true
    }

    /// The lines after a shortage; nil where the parcel is not delivered or has not so many units that are not back.
    func linesAfterShortage(_ short: [LineQuantity], ofParcelAt index: Int) -> [OrderLine]? {
        let parcel = parcels[index]
        guard parcel.unitsAt == .delivered else { return nil }
        let lineIndex = lineIndex
        var result = lines
        for line in short {
            guard let position = lineIndex[line.lineId], line.quantity > 0 else { return nil }
            let packed = parcel.lines.first { $0.lineId == line.lineId }?.quantity ?? 0
            let there = min(
                packed - parcel.shortUnits(of: line.lineId),
                result[position].delivered - result[position].returned
            )
            guard line.quantity <= there else { return nil }
            result[position].move(line.quantity, from: .delivered, to: .open)
        }
        return result
    }

    /// The sum of two lists of units, each line once.
    private static func added(_ left: [LineQuantity], _ right: [LineQuantity]) -> [LineQuantity] {
        right.reduce(into: left) { sum, line in
            if let index = sum.firstIndex(where: { $0.lineId == line.lineId }) {
                sum[index] = LineQuantity(lineId: line.lineId, quantity: sum[index].quantity + line.quantity)
            } else {
                sum.append(line)
            }
        }
    }

    /// Cancels open units, no more of a line than are open.
    ///
    /// - Returns: the price of the cancelled units, quantity × unitPrice.
    @discardableResult
    mutating func cancel(_ cancelled: [LineQuantity]) -> Int64 {
        let index = lineIndex
        var goods: Int64 = 0
        for line in cancelled {
            guard let position = index[line.lineId] else { continue }
            let count = min(max(0, line.quantity), lines[position].open)
            lines[position].cancelled += count
            goods = goods.addingSaturated(lines[position].unitPrice.multipliedSaturated(by: Int64(count)))
        }
        return goods
    }

    mutating func countReturned(_ received: [ReceivedLine]) {
        let index = lineIndex
        for line in returnable(received) {
            if let position = index[line.lineId] { lines[position].returned += line.quantity }
        }
    }
}
