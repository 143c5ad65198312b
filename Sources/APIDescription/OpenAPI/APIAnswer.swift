import StrictJSON

/// A response of an operation that is not a problem.
struct APIAnswer {
    let status: Int
    let note: String
    var headers: [String] = []
    /// The media types of the body, each with its schema and example.
    var content: [(String, JSONValue)] = []
}

extension APIAnswer {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [("description", .string(note))]
        if !headers.isEmpty { members.append(("headers", .members(headers.map(APIHeader.reference)))) }
        if !content.isEmpty { members.append(("content", .members(content))) }
        return .members(members)
    }
}
