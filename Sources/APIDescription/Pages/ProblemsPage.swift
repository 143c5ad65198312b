import HTTPTypes
import OrderAPI
import Orders

enum ProblemsPage {
    static var text: String {
        let operations = APIDocument.shared.operations
        let codes = ProblemCode.allCases.map { code in
            let users = operations.filter { $0.problemsByStatus.contains { $0.codes.contains(code) } }
            let place =
                switch users.count {
                case 0: "a path that has no such method"
                case 1...4: users.map { "`\($0.id)`" }.joined(separator: ", ")
                default: "\(users.count) operations"
                }
            return ["\(code.status.code)", "`\(code.rawValue)`", code.title, place]
        }
        let reasons = RejectionReason.allCases.map { ["`\($0.rawValue)`", $0.meaning] }
        return """
            # Problems

            Errors are problem details (RFC 9457): `type` is `urn:waybill:problem:` and the code, `status` the HTTP status, `code`
            one stable word, `detail` a sentence for the client's developer that may change at any time. Programs look at `code`.

            \(codes.count) codes:

            \(table(["status", "code", "meaning", "where"], codes.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }))
            422 `invalidCommand` carries `errors`, each with a `pointer` (RFC 6901) and a `message`. 401 carries
            `WWW-Authenticate`; 405 `Allow`; 412 the order's `ETag`; 429 and 503 `Retry-After`.

            ## Refusals

            409 `rejected` and `orderExists` depend on the order's state. They carry `reason`, `orderId`, `orderStatus` (the
            headline), `version` and `allowedCommands`: what the order would take from the caller's role now, given the right
            arguments. (409 `replayUnderWay` is an operator's and carries none of these.) \(reasons.count) reasons:

            \(table(["reason", "rule"], reasons))
            `orderUnknown` is 404 `notFound` on the wire.

            """
    }
}
