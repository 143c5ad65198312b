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
    func anotherSchemeIsNoToken(values: [String]) {
        #expect(throws: AccessError.missingToken) { try Bearer.token(in: values) }
    }

    @Test(arguments: [
        ["Bearer"], ["Bearer "], ["Bearer a b"], ["Bearer a,b"], ["Bearer a, Bearer b"], ["Bearer a=b"], ["Bearer ="],
        ["Bearer é"], ["Bearer \"a\""], ["Bearer a\u{0}"], ["Bearer a\tb"], ["Bearer a", "Bearer a"],
        ["Bearer a", "Basic b"],
    ])
    func anythingButOneTokenIsMalformed(values: [String]) {
        let error = #expect(throws: AccessError.self) { try Bearer.token(in: values) }
        #expect(error?.code == "malformedToken")
    }
}

@Suite struct AccessErrorTests {
    @Test func theChallengeIsThatOfRFC6750() {
        #expect(AccessError.missingToken.challenge == "Bearer")
        #expect(
            AccessError.expiredToken.challenge
                == #"Bearer error="invalid_token", error_description="The token has expired.""#
        )
        #expect(
            AccessError.invalidClaims("a \"b\"\\\r\né").challenge
                == #"Bearer error="invalid_token", error_description="The token's claims are unusable: a b.""#
        )
    }
}

@Suite struct DurationTextTests {
    @Test(arguments: [("1h", 3600), ("30m", 1800), ("10s", 10), ("7d", 604_800), ("3650d", 315_360_000), ("007s", 7)])
    func anIntegerWithAUnitIsRead(text: String, seconds: Int) throws {
        #expect(try DurationFormat.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "h", "1", "1.5h", "-1h", "+1h", "1 h", "1H", "1w", "1h30m", "٣h", "0s", "3651d", "99999999999999999999s",
    ])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: DurationTextError.self) { try DurationFormat.seconds(text) }
        #expect(error?.description.hasPrefix("“\(text)” is not a usable duration") == true)
    }
}

@Suite struct Base64URLTests {
    @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")])
    func theVectorsOfRFC4648Hold(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
    }

    @Test(arguments: ["A", "Zh", "Zm9", "Zg==", "Zm9v\n", "+/+/", "Zm9vY"])
    func whatIsNotCanonicalIsRefused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test func everyByteComesBack() {
        let bytes = (0...255).map(UInt8.init)
        #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    }
}
