/// The bounds of one order. A source that would pass one is broken, and one order must not cost the others.
enum OrderBound {
    static let parcels = 500
    /// The lines of parcels, returns and receipts together.
    static let lineEntries = 5_000
    static let scans = 2_000
    static let payments = 1_000
    static let returns = 200
    static let receipts = 200
    static let claims = 200
    /// The lines of all shortage reports together.
    static let claimLines = 5_000
    /// The holds that an order has ever had.
    static let holds = 500
    static let notes = 1_000
    /// Edits and adjustments together.
    static let edits = 500
    static let lines = 500
    static let events = 10_000
}

extension Order {
    /// Refuses what would bring a number above its bound.
    func requireRoom(_ count: Int, adding added: Int = 1, within bound: Int, for things: String) throws(Rejection) {
        guard count + added <= bound else {
            throw Rejection(.orderFull, "The order holds \(bound) \(things) at most.")
        }
    }

    /// The number of lines in parcels, returns and receipts.
    var lineEntryCount: Int {
        let inReturns = returns.reduce(0) { $0 + $1.lines.count + $1.receipts.reduce(0) { $0 + $1.lines.count } }
        return parcels.reduce(inReturns) { $0 + $1.lines.count }
    }

    var hasRoomForLines: Bool { lineEntryCount < OrderBound.lineEntries }

    var receiptCount: Int { returns.reduce(0) { $0 + $1.receipts.count } }

    var scanCount: Int { parcels.reduce(0) { $0 + $1.scans.count } }

    var hasRoomForEdit: Bool { adjustmentIds.count + editCount < OrderBound.edits }

    /// Refuses lines beyond the bound of those in parcels, returns and receipts.
    func requireRoomForLines(_ added: Int) throws(Rejection) {
        try requireRoom(
            lineEntryCount,
            adding: added,
            within: OrderBound.lineEntries,
            for: "lines of parcels and returns"
        )
    }

    func requireRoomForScan() throws(Rejection) {
        try requireRoom(scanCount, within: OrderBound.scans, for: "scans")
    }

    /// Refuses more former tracking numbers than a parcel or a return keeps.
    func requireRoomForFormer(_ count: Int) throws(Rejection) {
        try requireRoom(0, adding: count, within: Parcel.formerLimit, for: "former tracking numbers of one thing")
    }

    func requireRoomForEdit() throws(Rejection) {
        try requireRoom(adjustmentIds.count + editCount, within: OrderBound.edits, for: "edits and adjustments")
    }
}
