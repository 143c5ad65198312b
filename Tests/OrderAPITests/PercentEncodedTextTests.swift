import Testing

@testable import OrderAPI

@Suite struct PercentEncodedTextTests {
    @Test(arguments: [("a+b", "a+b"), ("%C3%A4%2F", "ä/"), ("", ""), ("%25%34%31", "%41")])
    func escapesAreDecodedOnce(text: String, meaning: String) {
        #expect(PercentEncodedText.decode(text[...]) == meaning)
    }

    @Test func aPlusIsASpaceOnlyInAQuery() {
        #expect(PercentEncodedText.decode("a+b%2B", plus: .space) == "a b+")
    }

    @Test(arguments: ["%", "%4", "%4g", "%+5", "%-1", "%FF", "%C3", "a%00"])
    func brokenEscapesAndInvalidUTF8AreRefused(text: String) {
        #expect(PercentEncodedText.decode(text[...]) == nil)
    }
}
