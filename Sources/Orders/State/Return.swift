/// Delivered units that the customer sends back.
package struct Return: Sendable, Equatable {
    package private(set) var returnId: String
    package internal(set) var status: ReturnStatus
    package private(set) var lines: [LineQuantity]
    /// The arrivals so far.
    package internal(set) var receipts: [Receipt] = []
    /// The customer's reason.
    package private(set) var reason: String
    /// The shop's note on its decision; the customer reads it.
    package internal(set) var note: String?
    package internal(set) var tracking = Tracking()
    /// The numbers of trackings that others replaced, by which the return is still found.
    package internal(set) var formerKeys: [String] = []

    init(returnId: String, status: ReturnStatus, lines: [LineQuantity], reason: String, note: String?) {
        self.returnId = returnId
        self.status = status
        self.lines = lines
        self.reason = reason
        self.note = note
    }

    /// The reason of a return that began with its goods.
    static let unannounced = "unannounced"

    /// Tells whether the return was requested or approved and its units have not arrived.
    package var isPending: Bool { status == .requested || status == .approved }

    /// The units that arrived, by line and condition.
    var received: [ReceivedLine] { receipts.flatMap(\.lines).addedUp }

    /// The announced units that have not arrived.
    var expected: [LineQuantity] {
        var arrived: [String: Int] = [:]
        for line in receipts.lazy.flatMap(\.lines) { arrived[line.lineId, default: 0] += line.quantity }
        return lines.compactMap { line in
            let left = line.quantity - (arrived[line.lineId] ?? 0)
            return left > 0 ? LineQuantity(lineId: line.lineId, quantity: left) : nil
        }
    }

    mutating func setTracking(_ new: Tracking) {
        if let key = tracking.numberKey, key != new.numberKey, !formerKeys.contains(key) { formerKeys.append(key) }
        tracking = new
    }
}

extension Return: OrderPart {
    static var blank: Return { Return(returnId: "", status: .requested, lines: [], reason: "", note: nil) }

    static let meanings = [
        "status": "The stage of the return.",
        "reason": "The customer's reason.",
        "note": "The shop's note on its decision. The customer reads it.",
        "lines": "The units of the return.",
        "received": "The units that arrived, by line and condition.",
        "carrier": "The carrier that brings the return.",
        "trackingNumber": "The carrier's number for the return.",
    ]

    static var schemaName: String? { "Return" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("returnId", &returnId)
        visitor.field("status", &status)
        visitor.field("lines", &lines)
        visitor.computed("received", received)
        visitor.field("reason", &reason)
        visitor.field("note", &note, as: .partTextOrEmpty, for: .everyone)
        tracking.visitFields(&visitor)
        visitor.parts("receipts", &receipts, for: .storage)
        visitor.field("formerKeys", &formerKeys, for: .storage)
    }
}
