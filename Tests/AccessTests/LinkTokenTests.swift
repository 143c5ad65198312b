import Crypto
import Testing

@testable import Access

@Suite struct LinkTokenTests {
    @Test func tokensHold192RandomBits() throws {
        let tokens = (0..<1000).map { _ in LinkToken.make().text }
        #expect(Set(tokens).count == tokens.count)
        for token in tokens.prefix(50) {
            #expect(try #require(Base64URL.decode(Array(token.utf8))).count == 24)
        }
    }

    @Test func aTokenIsFoundByTheHashOfItsBytes() throws {
        let token = LinkToken.make()
        let read = try #require(LinkToken(token.text))
        #expect(read.hash == token.hash)
        #expect(read.hash.count == 32)
        #expect(LinkToken.make().hash != token.hash)
    }

    @Test func otherTextsAreNoTokens() {
        let token = LinkToken.make().text
        let texts = [
            "", "nothing", String(token.dropLast()), token + "A", token.dropLast() + "%", token.dropLast() + "=",
        ]
        for text in texts { #expect(LinkToken(text) == nil, "\(text)") }
    }
}
