import Access
import Testing

@Suite struct AccessErrorTests {
    @Test func theChallengeHasTheFormOfRFC6750() {
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

    @Test(arguments: [
        AccessError.missingToken, .malformedToken("x"), .badSignature, .unknownKey, .keyNotFetched(retryAfter: 1),
        .expiredToken, .notYetValid,
        .wrongAudience, .wrongIssuer, .noKeys, .invalidClaims("x"),
    ])
    func aHintStaysOutOfTheAnswer(error: AccessError) throws {
        #expect(AccessError.codes.contains(error.code))
        let hint = try #require(AccessError.hint(code: error.code))
        #expect(!error.detail.contains(hint) && !error.challenge.contains(hint))
    }

    @Test func anUnknownKeyHintsAtTheDataDirectory() {
        #expect(AccessError.hint(code: "unknownKey")?.contains("data directory") == true)
        #expect(AccessError.hint(code: "rejected") == nil)
    }
}
