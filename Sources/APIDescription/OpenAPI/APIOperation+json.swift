import Access
import HTTPTypes
import OrderAPI
import StrictJSON

extension APIOperation {
    var json: JSONValue {
        let rolesNote = roles.map { "Roles: \($0.map(\.rawValue).joined(separator: ", "))." }
        var members: [(String, JSONValue)] = [
            ("operationId", .string(id)), ("tags", [.string(tag.rawValue)]), ("summary", .string(summary)),
        ]
        let notes = [note, rolesNote ?? ""].filter { !$0.isEmpty }
        if !notes.isEmpty { members.append(("description", .string(notes.joined(separator: " ")))) }
        if rolesNote == nil { members.append(("security", [])) }
        if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
        if let body { members.append(("requestBody", body)) }
        let good = answers.map { (String($0.status), $0.json) }
        let bad = problemsByStatus.map { (String($0.status), problemAnswer($0.status, $0.codes)) }
        members.append(("responses", .members(good + bad)))
        return .members(members)
    }

    private func problemAnswer(_ status: Int, _ codes: [ProblemCode]) -> JSONValue {
        var headers = problemHeaders
        switch status {
        case 401: headers = ["WWW-Authenticate"]
        case 403: headers = problemHeaders
        case 412: headers.append("ETag")
        case 429, 503: headers.append("Retry-After")
        default: break
        }
        return APIAnswer(
            status: status,
            note: codes.map { "`\($0.rawValue)`: \($0.title)." }.joined(separator: " "),
            headers: headers,
            content: [("application/problem+json", ["schema": APISchemas.reference("Problem")])]
        ).json.adding(("x-codes", .strings(codes.map(\.rawValue))))
    }
}
