import Access
import Testing

@Suite struct Base64URLTests {
    @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")])
    func theVectorsOfRFC4648Hold(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
    }

    @Test(arguments: ["A", "Zh", "Zm9", "Zg==", "Zm9v\n", "+/+/", "Zm9vY"])
    func textsThatAreNotCanonicalAreRefused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test func everyByteIsDecodedAsItWasEncoded() {
        let bytes = (0...255).map(UInt8.init)
        #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    }
}
