import StrictJSON

/// A step that turns an event type's stored texts from one layout into the next.
struct Upcaster: Sendable {
    let type: EventType
    /// The schema that the step reads; it writes the one after it.
    let from: Int
    /// Changes `data` (or `internal`, where the event is hidden from customers) and `internal` to the next layout.
    let upcast: @Sendable (_ data: JSONObject, _ internal: JSONObject) -> (data: JSONObject, internal: JSONObject)
}

extension JSONObject {
    /// The object with another value of a member, or without it.
    func setting(_ name: String, _ value: JSONValue?) -> JSONObject {
        var object = JSONObject()
        for member in members where member.name != name { object.append(member.name, member.value) }
        if let value { object.append(name, value) }
        return object
    }
}
