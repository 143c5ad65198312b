import StrictJSON

/// A hold was released.
struct HoldReleased: EventPayload {
    static let summaries: [EventType: String] = [.holdReleased: "A hold was released."]

    let holdId: String

    var type: EventType { .holdReleased }

    func writeData(_ writer: inout JSONWriter) { writer.field("holdId", holdId) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> HoldReleased? {
        stored.data.required("holdId", .identifier).map { HoldReleased(holdId: $0) }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        for index in order.holds.indices where order.holds[index].holdId == holdId {
            order.holds[index].isReleased = true
        }
    }
}
