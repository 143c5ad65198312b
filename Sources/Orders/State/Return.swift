/// Delivered units that the customer sends back.
package struct Return: Sendable, Equatable {
    package private(set) var returnId: String
    package internal(set) var status: ReturnStatus
    package private(set) var lines: [LineQuantity]
    /// The customer's reason.
    package private(set) var reason: String
    /// The shop's note on its decision; the customer reads it.
    package internal(set) var note: String?

    init(returnId: String, status: ReturnStatus, lines: [LineQuantity], reason: String, note: String?) {
        self.returnId = returnId
        self.status = status
        self.lines = lines
        self.reason = reason
        self.note = note
    }

    /// Tells whether the return was requested or approved and its units have not arrived.
    package var isPending: Bool { status == .requested || status == .approved }
}

extension Return: OrderPart {
    static var blank: Return { Return(returnId: "", status: .requested, lines: [], reason: "", note: nil) }

    static let meanings = [
        "status": "The stage of the return.",
        "reason": "The customer's reason.",
        "note": "The shop's note on its decision.",
        "lines": "The units of the return.",
    ]

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("returnId", &returnId)
        visitor.field("status", &status)
        visitor.field("lines", &lines)
        visitor.field("reason", &reason)
        visitor.field("note", &note, as: .partTextOrEmpty, for: .everyone)
    }
}
