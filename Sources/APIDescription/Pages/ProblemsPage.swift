import HTTPTypes
import OrderAPI
import Orders

/// `docs/problems.md`: the codes of problems and the reasons of refusals.
enum ProblemsPage {
    static var text: String {
        let operations = APIDocument.shared.operations
        let codes = ProblemCode.allCases.map { code in
            let users = operations.filter { $0.problemsByStatus.contains { $0.codes.contains(code) } }
            let place =
                switch users.count {
                case 0: "every path, for a method that it does not have"
                case 1...4: users.map { "`\($0.id)`" }.joined(separator: ", ")
                default: "\(users.count) operations"
                }
            return ["\(code.status.code)", "`\(code.rawValue)`", code.title, place]
        }
        let reasons = RejectionReason.allCases.map { ["`\($0.rawValue)`", $0.meaning] }
        return """
            # Problems

            Errors are problem details (RFC 9457): `type` is `urn:waybill:problem:` and the code, `status` the HTTP status,
            `code` a stable word for programs, and `detail` a sentence for the client's developer, which may change at any time.

            There are \(codes.count) codes:

            \(MarkdownTable.text(["status", "code", "meaning", "where"], codes.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }))
            422 `invalidCommand` has `errors`, each with a `pointer` (RFC 6901) into the body and a `message`. 401 comes with
            `WWW-Authenticate`, 405 with `Allow`, 412 with the order's `ETag`, 429 and 503 with `Retry-After`.

            ## Refusals

            409 `rejected` and `orderExists` depend on the order's state. They have `reason`, `orderId`, `orderStatus`,
            `version` and `allowedCommands`: the commands that the order would take now from the caller's role, given the right
            arguments. (409 `replayUnderWay` is for operators, and has none of these.) There are \(reasons.count) reasons:

            \(MarkdownTable.text(["reason", "rule"], reasons))
            `orderUnknown` is answered with 404 `notFound`.

            """
    }
}
