import Access
import Testing

@Suite struct BearerTests {
    @Test(arguments: [
        "Bearer abc.DEF-1_2~+/==", "bearer abc.DEF-1_2~+/==", "BEARER   abc.DEF-1_2~+/==",
        " Bearer abc.DEF-1_2~+/== \t",
    ])
    func theSchemeIsCaseInsensitive(value: String) throws {
        #expect(try Bearer.token(in: [value]) == "abc.DEF-1_2~+/==")
    }

    @Test(arguments: [[], [""], ["Basic abc"], ["Bearerabc"], ["Token abc"]])
    func anotherSchemeCountsAsNoToken(values: [String]) {
        #expect(throws: AccessError.missingToken) { try Bearer.token(in: values) }
    }

    @Test(arguments: [
        ["Bearer"], ["Bearer "], ["Bearer a b"], ["Bearer a,b"], ["Bearer a, Bearer b"], ["Bearer a=b"], ["Bearer ="],
        ["Bearer é"], ["Bearer \"a\""], ["Bearer a\u{0}"], ["Bearer a\tb"], ["Bearer a", "Bearer a"],
        ["Bearer a", "Basic b"],
    ])
    func headersWithoutExactlyOneTokenAreMalformed(values: [String]) {
        let error = #expect(throws: AccessError.self) { try Bearer.token(in: values) }
        #expect(error?.code == "malformedToken")
    }
}
