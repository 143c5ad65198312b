import StrictJSON

/// A hold was released.
struct HoldReleased: EventPayload {
    static let summaries: [EventType: String] = [.holdReleased: "A hold was released."]

    static let meanings = ["holdId": "The caller's id of the hold. For staff only."]

    let holdId: String

    static let upcasters = [Upcaster(type: .holdReleased, from: 1, upcast: movingHoldId)]

    /// Moves the hold's id to where staff alone read it. Schema 1 showed it to customers.
    @Sendable
    static func movingHoldId(data: JSONObject, internal: JSONObject) -> (data: JSONObject, internal: JSONObject) {
        (data.setting("holdId", nil), `internal`.setting("holdId", data["holdId"]))
    }

    var type: EventType { .holdReleased }

    func writeInternal(_ writer: inout JSONWriter) { writer.field("holdId", holdId) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> HoldReleased? {
        stored.internal.required("holdId", .identifier).map { HoldReleased(holdId: $0) }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        for index in order.holds.indices where order.holds[index].holdId == holdId {
            order.holds[index].isReleased = true
        }
    }
}
