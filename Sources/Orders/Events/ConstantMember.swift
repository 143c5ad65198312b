import StrictJSON

/// A member of an event's data that has one value in all events of a type.
struct ConstantMember {
    let member: String
    let value: JSONValue
    /// The JSON type of the value, for its schema.
    let type: JSONValue

    init(_ member: String, _ text: String) {
        self.member = member
        value = .string(text)
        type = "string"
    }

    init(_ member: String, _ flag: Bool) {
        self.member = member
        value = .bool(flag)
        type = "boolean"
    }
}
