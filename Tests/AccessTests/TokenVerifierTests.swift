import Crypto
import FoundationEssentials
import Testing

@testable import Access

@Suite struct TokenVerifierTests {
    private let key = P256.Signing.PrivateKey()

    private func verify(_ token: String, now: Double = noon) async throws(AccessError) -> Principal {
        let verifier: TokenVerifier
        do {
            verifier = try await AccessTests.verifier(jwks(key.publicKey))
        } catch {
            throw .malformedToken("no verifier: \(error)")
        }
        return try await verifier.verify(token, now: now)
    }

    private func verify(_ changes: [String: String?], now: Double = noon) async throws -> Principal {
        try await verify(es256(claims(changes), key), now: now)
    }

    @Test func aGoodTokenNamesItsPrincipal() async throws {
        let principal = try await verify([:])
        #expect(principal.role == .customer)
        #expect(principal.subject == "cust-1")
        #expect(principal.shops == .names(["demo"]))
        #expect(principal.expiresAt == noon + 3600)
        #expect(principal.acceptedUntil == noon + 3660)
    }

    @Test func aShopListAndAStarAreRead() async throws {
        #expect(try await verify(["role": #""backend""#, "shop": #"["a","b"]"#]).shops == .names(["a", "b"]))
        #expect(try await verify(["role": #""staff""#, "shop": #""*""#]).shops == .all)
        #expect(try await verify(["role": #""operator""#, "shop": #"["*"]"#]).shops == .all)
        #expect(try await verify(["shop": #"["demo"]"#]).shops == .names(["demo"]))
    }

    @Test func theIssuerIsComparedByteByByte() async throws {
        let set = jwks(key.publicKey)
        let keys = try await KeySource(.test(set), issuer: "https://login.example/é", now: noon, logger: quiet)
        let verifier = TokenVerifier(keys: keys)
        let good = try es256(claims(["iss": #""https://login.example/é""#]), key)
        #expect(try await verifier.verify(good, now: noon).subject == "cust-1")
        for wrong in ["https://login.example/é/", "https://login.example/e\u{301}", "HTTPS://login.example/é", " "] {
            await #expect(throws: AccessError.wrongIssuer) {
                try await verifier.verify(es256(claims(["iss": "\"\(wrong)\""]), key), now: noon)
            }
        }
        await #expect(throws: AccessError.invalidClaims("iss is not a string")) {
            try await verifier.verify(es256(claims(["iss": #"["https://login.example/é"]"#]), key), now: noon)
        }
    }

    @Test(arguments: ["JWT", "jwt", "at+jwt", "application/at+jwt", "AT+JWT"])
    func theTypesOfAccessTokensAreAccepted(type: String) async throws {
        let token = try es256(claims(), key, header: #"{"alg":"ES256","kid":"a","typ":"\#(type)"}"#)
        #expect(try await verify(token).subject == "cust-1")
    }

    @Test(arguments: [#""dpop+jwt""#, #""logout+jwt""#, #""secevent+jwt""#, #""""#, "7", #"["JWT"]"#])
    func tokensForOtherPurposesAreRefused(type: String) async throws {
        let token = try es256(claims(), key, header: #"{"alg":"ES256","kid":"a","typ":\#(type)}"#)
        let error = await #expect(throws: AccessError.self) { try await verify(token) }
        #expect(error?.code == "malformedToken")
    }

    @Test func anExpiredTokenIsToldWithoutItsSignature() async throws {
        let verifier = try await verifier(jwks(key.publicKey))
        let forged = try es256(claims(["exp": "\(Int(noon) - 60)"]), P256.Signing.PrivateKey())
        await #expect(throws: AccessError.expiredToken) { try await verifier.examine(forged, now: noon) }
        // One that is not expired is not told anything before its signature is.
        guard case .pending = try await verifier.examine(es256(claims(["aud": "1"]), key), now: noon) else {
            Issue.record("the claims were judged before the signature")
            return
        }
    }

    @Test func keysThatTheHeaderBringsAreNotUsed() async throws {
        let own = P256.Signing.PrivateKey()
        let point = own.publicKey.rawRepresentation
        let (x, y) = (Base64URL.encode(point.prefix(32)), Base64URL.encode(point.suffix(32)))
        let extras = [
            #""jwk":{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#, #""jku":"http://127.0.0.1/keys""#,
            #""x5u":"http://127.0.0.1/keys""#, #""x5c":["AA"]"#,
        ]
        for extra in extras {
            let header = #"{"alg":"ES256","kid":"a",\#(extra)}"#
            await #expect(throws: AccessError.badSignature) { try await verify(es256(claims(), own, header: header)) }
            #expect(try await verify(es256(claims(), key, header: header)).subject == "cust-1")
        }
    }

    @Test func audienceMayBeAListThatHoldsWaybill() async throws {
        #expect(try await verify(["aud": #"["other","waybill"]"#]).subject == "cust-1")
        await #expect(throws: AccessError.wrongAudience) { try await verify(["aud": #""other""#]) }
        await #expect(throws: AccessError.wrongAudience) { try await verify(["aud": #"["Waybill"]"#]) }
        await #expect(throws: AccessError.wrongAudience) { try await verify(["aud": "[]"]) }
    }

    @Test(arguments: ["aud", "iss", "sub", "exp", "role", "shop"])
    func everyClaimIsRequired(name: String) async {
        await #expect(throws: AccessError.invalidClaims("\(name) is missing")) { try await verify([name: nil]) }
    }

    @Test(arguments: [
        ("aud", "1"), ("aud", "null"), ("iss", #""""#), ("iss", "{}"), ("sub", #""""#), ("sub", "7"),
        ("sub", #""a\u0000b""#),
        ("exp", #""1800003600""#), ("exp", "null"), ("exp", "true"), ("exp", "-1"), ("exp", "1800003600000"),
        ("nbf", #""soon""#), ("nbf", "null"), ("role", #""admin""#), ("role", #""Customer""#), ("role", "[]"),
        ("shop", #""*""#), ("shop", #"["demo","other"]"#), ("shop", "[]"), ("shop", #""De mo""#), ("shop", "[1]"),
        ("shop", #"["demo",null]"#),
    ])
    func oddClaimsAreRefusedByName(name: String, value: String) async throws {
        let error = try #require(await #expect(throws: AccessError.self) { try await verify([name: value]) })
        guard case .invalidClaims(let what) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(what.contains(name) || (name == "shop" && what.contains("shop")))
    }

    @Test func expiryAllowsForSixtySecondsOfSkew() async throws {
        let exp = ["exp": "\(Int(noon))"]
        #expect(try await verify(exp, now: noon + 59).subject == "cust-1")
        await #expect(throws: AccessError.expiredToken) { try await verify(exp, now: noon + 60) }
        await #expect(throws: AccessError.expiredToken) { try await verify(exp, now: noon + 61) }
    }

    @Test func notBeforeAllowsForSixtySecondsOfSkew() async throws {
        let nbf = ["nbf": "\(Int(noon)).5"]
        #expect(try await verify(nbf, now: noon - 59).subject == "cust-1")
        #expect(try await verify(nbf, now: noon).subject == "cust-1")
        await #expect(throws: AccessError.notYetValid) { try await verify(nbf, now: noon - 61) }
    }

    @Test func aTokenOfAForeignKeyIsRefused() async throws {
        let foreign = try es256(claims(), P256.Signing.PrivateKey())
        await #expect(throws: AccessError.badSignature) { try await verify(foreign) }
    }

    @Test func anUnknownKidIsRefusedAsAnUnknownKey() async throws {
        let other = try es256(claims(), key, header: #"{"alg":"ES256","kid":"b"}"#)
        await #expect(throws: AccessError.unknownKey) { try await verify(other) }
    }

    @Test func aTokenWithoutKidIsTriedAgainstTheKeys() async throws {
        let bare = #"{"alg":"ES256"}"#
        #expect(try await verify(es256(claims(), key, header: bare)).subject == "cust-1")
        await #expect(throws: AccessError.badSignature) {
            try await verify(es256(claims(), P256.Signing.PrivateKey(), header: bare))
        }
    }

    @Test func aTamperedPayloadIsRefused() async throws {
        let parts = try es256(claims(), key).split(separator: ".")
        let payload = Base64URL.encode(Array(claims(["sub": #""cust-2""#]).utf8))
        await #expect(throws: AccessError.badSignature) { try await verify("\(parts[0]).\(payload).\(parts[2])") }
    }

    @Test(arguments: ["none", "None", "NONE", ""])
    func aTokenWithoutAlgorithmIsRefused(name: String) async throws {
        for header in [#"{"alg":"\#(name)","kid":"a"}"#, #"{"alg":"\#(name)"}"#] {
            let unsigned = token(header: header, payload: claims()) { _ in [UInt8]() }
            await #expect(throws: AccessError.badSignature) { try await verify(unsigned) }
            let resigned = try es256(claims(), key, header: header)
            await #expect(throws: AccessError.badSignature) { try await verify(resigned) }
        }
    }

    @Test func anHMACWithThePublicKeyIsRefused() async throws {
        let publicKey = key.publicKey
        let secrets = [
            Data(publicKey.pemRepresentation.utf8), publicKey.derRepresentation, publicKey.rawRepresentation,
            publicKey.x963Representation, Data(jwks(publicKey).utf8),
        ]
        for secret in secrets {
            for header in [#"{"alg":"HS256","kid":"a"}"#, #"{"alg":"HS256"}"#, #"{"alg":"ES256","kid":"a"}"#] {
                let forged = token(header: header, payload: claims()) {
                    Array(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: secret)))
                }
                await #expect(throws: AccessError.badSignature) { try await verify(forged) }
            }
        }
    }

    @Test func malformedTokensAreRefusedBeforeAnythingElse() async throws {
        let good = try es256(claims(), key)
        let bad = [
            "", ".", "..", "a.b", "\(good).x", "\(good)=", " \(good)", good.replacing(".", with: ".."), "é.é.é",
            try es256("[]", key), try es256("not json", key), try es256(claims(), key, header: "{}"),
            try es256(claims(), key, header: "[]"), try es256(claims(), key, header: #"{"alg":1}"#),
            try es256(claims(), key, header: #"{"alg":"ES256","kid":7}"#),
            try es256(claims(), key, header: #"{"alg":"ES256","kid":"a","crit":["b64"],"b64":false}"#),
            try es256(claims(), key, header: #"{"alg":"ES256","kid":"a","alg":"ES256"}"#),
            try es256(#"{"role":"customer",\#(claims().dropFirst())"#, key), try es256("\u{FEFF}" + claims(), key),
        ]
        for token in bad {
            let error = await #expect(throws: AccessError.self) { try await verify(token) }
            #expect(error?.code == "malformedToken", "\(token)")
        }
    }

    @Test func aTokenHoldsAtMost16KiB() async throws {
        func sized(_ filler: Int) throws -> String {
            try es256(claims(["x": "\"\(String(repeating: "x", count: filler))\""]), key)
        }
        let overhead = try sized(0).utf8.count
        let fits = try sized((CompactToken.maximumByteCount - overhead) * 3 / 4 - 2)
        #expect(fits.utf8.count <= 16_384 && fits.utf8.count > 16_370)
        #expect(try await verify(fits).subject == "cust-1")
        let long = try sized((CompactToken.maximumByteCount - overhead) * 3 / 4 + 3)
        #expect(long.utf8.count > 16_384)
        await #expect(throws: AccessError.malformedToken("it is longer than 16 KiB")) { try await verify(long) }
    }

    @Test func rememberedTokensAreStillCheckedAgainstTheClock() async throws {
        let verifier = try await verifier(jwks(key.publicKey))
        let token = try es256(claims(["exp": "\(Int(noon) + 10)", "nbf": "\(Int(noon))"]), key)
        #expect(try await verifier.verify(token, now: noon).subject == "cust-1")
        #expect(verifier.rememberedCount == 1)
        #expect(try await verifier.verify(token, now: noon + 69).subject == "cust-1")
        await #expect(throws: AccessError.expiredToken) { try await verifier.verify(token, now: noon + 71) }
        await #expect(throws: AccessError.notYetValid) { try await verifier.verify(token, now: noon - 61) }
    }

    @Test func refusalsAreNotRememberedAndTheMemoryIsBounded() async throws {
        let verifier = try await verifier(jwks(key.publicKey), capacity: 3)
        let early = try es256(claims(["nbf": "\(Int(noon) + 100)"]), key)
        await #expect(throws: AccessError.notYetValid) { try await verifier.verify(early, now: noon) }
        #expect(verifier.rememberedCount == 0)
        #expect(try await verifier.verify(early, now: noon + 100).subject == "cust-1")
        for number in 0..<5 {
            let token = try es256(claims(["sub": "\"cust-\(number)\""]), key)
            #expect(try await verifier.verify(token, now: noon).subject == "cust-\(number)")
        }
        #expect(verifier.rememberedCount == 3)
    }

    @Test func everyChangeOfOneByteIsRefused() async throws {
        let verifier = try await verifier(jwks(key.publicKey))
        let good = Array(try es256(claims(), key).utf8)
        for place in good.indices {
            for byte in [good[place] ^ 1, UInt8(ascii: "."), UInt8(ascii: "A"), 0] where byte != good[place] {
                var bad = good
                bad[place] = byte
                let text = String(decoding: bad, as: UTF8.self)
                await #expect(throws: AccessError.self, "\(place), \(byte)") {
                    try await verifier.verify(text, now: noon)
                }
            }
            let short = String(decoding: good[..<place], as: UTF8.self)
            await #expect(throws: AccessError.self, "\(place)") { try await verifier.verify(short, now: noon) }
        }
        #expect(verifier.rememberedCount == 0)
    }
}
