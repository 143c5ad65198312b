import Testing

@testable import HTTPTransport

@Suite struct RequestIdentifierTests {
    @Test(arguments: ["a", "A.b_c-9", String(repeating: "x", count: 128)])
    func aGoodIdentifierIsKept(text: String) {
        #expect(RequestIdentifier.choose(text) == text)
    }

    @Test(arguments: [nil, "", "a b", "a\u{e5}", "a/b", "\"", String(repeating: "x", count: 129)])
    func anyOtherIsReplaced(text: String?) {
        let chosen = RequestIdentifier.choose(text)
        #expect(chosen != text && RequestIdentifier.isValid(chosen) && chosen.count == 32)
        #expect(RequestIdentifier.choose(text) != chosen)
    }

    @Test func newIdentifiersDiffer() async {
        let made = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<4 { group.addTask { (0..<500).map { _ in RequestIdentifier.choose(nil) } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(made).count == 2000)
    }
}
