extension JSONNode {
    /// The value as a `JSONValue`, independent of the text.
    public var value: JSONValue {
        if let string { return .string(string) }
        if let number { return .number(number) }
        if let bool { return .bool(bool) }
        if isArray { return .array(elements.map(\.value)) }
        guard isObject else { return .null }
        var object = JSONObject()
        for member in members { object.append(member.name.string ?? "", member.value.value) }
        return .object(object)
    }

    /// The path of the value in its text (RFC 6901). The search walks down from the root, so it is for error reports
    /// only.
    public var pointer: String {
        var path = ""
        var place = node(0)
        while place.index != index {
            if place.isObject {
                guard let member = place.members.last(where: { $0.name.index <= index }) else { break }
                path += "/" + JSONPointer.escape(member.name.string ?? "")
                place = member.value
            } else {
                guard let (offset, element) = place.elements.enumerated().first(where: { $1.end > index }) else {
                    break
                }
                path += "/\(offset)"
                place = element
            }
        }
        return path
    }
}
