import StrictJSON

/// Releases a hold.
struct ReleaseHold: CommandPayload {
    static let name = CommandName.releaseHold
    static let path = "release-hold"
    static let summary = "Releases a hold."

    let holdId: String

    static let passesBounds = true

    static func read(_ fields: inout FieldReader) -> ReleaseHold? {
        fields.required("holdId", .identifier).map { ReleaseHold(holdId: $0) }
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("holdId", holdId)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard order.openHolds.contains(where: { $0.holdId == holdId }) else {
            throw Rejection(.holdNotOpen, "The order has no open hold \(holdId).")
        }
        return [OrderEvent(HoldReleased(holdId: holdId), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.isOnHold }
}
