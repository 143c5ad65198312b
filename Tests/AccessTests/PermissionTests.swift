import Access
import Testing

@Suite struct PermissionTests {
    /// The documented table of permissions: yes, own (others 404), 403 or 401.
    static let table = """
        publicPages    | yes | yes | yes | yes | yes
        placeAndReport | yes | 403 | 403 | 403 | 401
        otherCommands  | yes | 403 | yes | 403 | 401
        readOrders     | yes | own | yes | yes | 401
        customerStream | yes | own | yes | yes | 401
        shopFeeds      | yes | 403 | yes | yes | 401
        session        | 403 | 403 | yes | yes | 401
        administration | 403 | 403 | 403 | yes | 401
        """

    @Test func everyVerdictIsThatOfTheTable() {
        let words: [Permission.Verdict: String] = [
            .allowed: "yes", .own: "own", .forbidden: "403", .tokenNeeded: "401",
        ]
        let callers: [Role?] = [.backend, .customer, .staff, .operator, nil]
        let rows = Self.table.split(separator: "\n").map { line in
            line.split(separator: "|").map { $0.filter { $0 != " " } }
        }
        #expect(rows.map { $0[0] } == Permission.allCases.map { "\($0)" })
        for (row, permission) in zip(rows, Permission.allCases) {
            for (cell, caller) in zip(row.dropFirst(), callers) {
                #expect(words[permission.verdict(for: caller)] == cell, "\(permission), \(String(describing: caller))")
            }
        }
    }
}
