/// A reason not to go on, open until it is released. The hold's id stays taken afterwards.
package struct Hold: Sendable, Equatable {
    package private(set) var holdId: String
    /// The true reason; customers read `reason.shown`.
    package private(set) var reason: HoldReason
    package private(set) var note: String?
    /// The time at which the hold began.
    package private(set) var since: Timestamp
    package internal(set) var isReleased = false

    init(holdId: String, reason: HoldReason, note: String?, since: Timestamp) {
        self.holdId = holdId
        self.reason = reason
        self.note = note
        self.since = since
    }
}

extension Hold: OrderPart {
    static var blank: Hold { Hold(holdId: "", reason: .other, note: nil, since: .earliest) }

    static let meanings = [
        "reason": "The reason.", "holdId": "The caller's id of the hold. For staff only.",
        "note": "A note for staff only.",
    ]

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("holdId", &holdId, for: .staff)
        visitor.field("reason", &reason, shown: reason.shown)
        visitor.field("since", &since)
        visitor.field("note", &note, as: .partTextOrEmpty, for: .staff)
        visitor.flag("released", &isReleased, for: .storage)
    }
}
