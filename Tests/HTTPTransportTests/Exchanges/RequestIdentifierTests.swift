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
}
