import StrictJSON

/// A member of an event's data that has one value in all events of a type.
struct ConstantMember {
    private enum Value {
        case text(String)
        case flag(Bool)
    }

    let member: String
    private let value: Value

    init(_ member: String, _ text: String) {
        self.member = member
        value = .text(text)
    }

    init(_ member: String, _ flag: Bool) {
        self.member = member
        value = .flag(flag)
    }

    /// The member's schema. The value of a flag stands in the description: generated clients compare an enumeration of
    /// booleans with texts, and read no event then.
    func schema(describedBy meaning: String) -> JSONValue {
        switch value {
        case .text(let text): ["type": "string", "enum": [.string(text)], "description": .string(meaning)]
        case .flag(let flag):
            ["type": "boolean", "description": .string("\(meaning) In these events always `\(flag)`.")]
        }
    }
}
