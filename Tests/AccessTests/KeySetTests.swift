import Crypto
import CryptoExtras
import FoundationEssentials
import Testing

@testable import Access

@Suite struct KeySetTests {
    private func subject(_ jwks: String, _ token: String) async throws -> String {
        try await verifier(jwks).verify(token, now: noon).subject
    }

    @Test func tokensOfEveryCurveAreVerified() async throws {
        let p384 = P384.Signing.PrivateKey()
        let p521 = P521.Signing.PrivateKey()
        let ed = Curve25519.Signing.PrivateKey()
        func ec(_ curve: String, _ kid: String, _ point: Data) -> String {
            let (x, y) = (point.prefix(point.count / 2), point.suffix(point.count / 2))
            return
                #"{"kty":"EC","crv":"\#(curve)","kid":"\#(kid)","x":"\#(Base64URL.encode(x))","y":"\#(Base64URL.encode(y))"}"#
        }
        let set = """
            {"keys":[\(ec("P-384", "p384", p384.publicKey.rawRepresentation)),
            \(ec("P-521", "p521", p521.publicKey.rawRepresentation)),
            {"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"ed","x":"\(Base64URL.encode(ed.publicKey.rawRepresentation))"}]}
            """
        let es384 = try token(header: #"{"alg":"ES384","kid":"p384"}"#, payload: claims()) {
            try p384.signature(for: SHA384.hash(data: $0)).rawRepresentation
        }
        let es512 = try token(header: #"{"alg":"ES512","kid":"p521"}"#, payload: claims()) {
            try p521.signature(for: SHA512.hash(data: $0)).rawRepresentation
        }
        let eddsa = try token(header: #"{"alg":"EdDSA","kid":"ed"}"#, payload: claims()) { try ed.signature(for: $0) }
        let ed25519 = try token(header: #"{"alg":"Ed25519","kid":"ed"}"#, payload: claims()) {
            try ed.signature(for: $0)
        }
        for token in [es384, es512, eddsa, ed25519] { #expect(try await subject(set, token) == "cust-1") }
        let crossed = try token(header: #"{"alg":"ES384","kid":"p521"}"#, payload: claims()) {
            try p384.signature(for: SHA384.hash(data: $0)).rawRepresentation
        }
        await #expect(throws: AccessError.badSignature) { try await subject(set, crossed) }
    }

    @Test func anEd25519KeyMayHaveItsNameOfRFC9864() async throws {
        let ed = Curve25519.Signing.PrivateKey()
        let x = Base64URL.encode(ed.publicKey.rawRepresentation)
        for name in [#""alg":"Ed25519","#, #""alg":"EdDSA","#, ""] {
            let set = #"{"keys":[{"kty":"OKP","crv":"Ed25519",\#(name)"kid":"ed","x":"\#(x)"}]}"#
            for alg in ["EdDSA", "Ed25519"] {
                let signed = try token(header: #"{"alg":"\#(alg)","kid":"ed"}"#, payload: claims()) {
                    try ed.signature(for: $0)
                }
                #expect(try await subject(set, signed) == "cust-1")
            }
            for alg in ["Ed448", "ed25519", "ES256"] {
                let signed = try token(header: #"{"alg":"\#(alg)","kid":"ed"}"#, payload: claims()) {
                    try ed.signature(for: $0)
                }
                await #expect(throws: AccessError.badSignature) { try await subject(set, signed) }
            }
        }
    }

    @Test func anRSAKeyIsBoundToItsAlgorithm() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let parts = try key.publicKey.getKeyPrimitives()
        func set(_ alg: String) -> String {
            let (n, e) = (Base64URL.encode(parts.modulus), Base64URL.encode(parts.publicExponent))
            return #"{"keys":[{"kty":"RSA",\#(alg)"kid":"r","use":"sig","n":"\#(n)","e":"\#(e)"}]}"#
        }
        let rs256 = try token(header: #"{"alg":"RS256","kid":"r"}"#, payload: claims()) {
            try key.signature(for: SHA256.hash(data: $0), padding: .insecurePKCS1v1_5).rawRepresentation
        }
        let rs512 = try token(header: #"{"alg":"RS512","kid":"r"}"#, payload: claims()) {
            try key.signature(for: SHA512.hash(data: $0), padding: .insecurePKCS1v1_5).rawRepresentation
        }
        let ps256 = try token(header: #"{"alg":"PS256","kid":"r"}"#, payload: claims()) {
            try key.signature(for: SHA256.hash(data: $0), padding: .PSS).rawRepresentation
        }
        for token in [rs256, rs512, ps256] { #expect(try await subject(set(""), token) == "cust-1") }
        #expect(try await subject(set(#""alg":"RS256","#), rs256) == "cust-1")
        for token in [rs512, ps256] {
            await #expect(throws: AccessError.badSignature) { try await subject(set(#""alg":"RS256","#), token) }
        }
    }

    @Test func keysOfUnknownKindsAreSkipped() async throws {
        let key = P256.Signing.PrivateKey()
        let odd =
            #"{"kty":"oct","k":"c2VjcmV0","kid":"h"},{"kty":"EC","crv":"secp256k1","kid":"k","x":"AA","y":"AA"},{"kid":3},7"#
        let set = #"{"keys":[\#(odd),\#(jwk(key.publicKey))],"more":true}"#
        #expect(try await subject(set, es256(claims(), key)) == "cust-1")
        let hmac = token(header: #"{"alg":"HS256","kid":"h"}"#, payload: claims()) {
            Array(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: Array("secret".utf8))))
        }
        await #expect(throws: AccessError.unknownKey) { try await subject(set, hmac) }
    }

    @Test func aKeyWithoutKidVerifiesAnyTokenOfItsOwn() async throws {
        let key = P256.Signing.PrivateKey()
        let set = #"{"keys":[\#(jwk(P256.Signing.PrivateKey().publicKey, kid: nil)),\#(jwk(key.publicKey, kid: nil))]}"#
        #expect(try await subject(set, es256(claims(), key, header: #"{"alg":"ES256"}"#)) == "cust-1")
        #expect(try await subject(set, es256(claims(), key)) == "cust-1")
        await #expect(throws: AccessError.badSignature) {
            try await subject(set, es256(claims(), P256.Signing.PrivateKey()))
        }
    }

    @Test func aTokenWithAKnownKidIsNotTriedOnKeysWithoutOne() async throws {
        let (named, bare) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let set = #"{"keys":[\#(jwk(bare.publicKey, kid: nil)),\#(jwk(named.publicKey))]}"#
        #expect(try await subject(set, es256(claims(), named)) == "cust-1")
        await #expect(throws: AccessError.badSignature) { try await subject(set, es256(claims(), bare)) }
    }

    @Test func keysOfTheSameKidAreAllTried() async throws {
        let keys = [P256.Signing.PrivateKey(), P256.Signing.PrivateKey()]
        let set = #"{"keys":[\#(keys.map { jwk($0.publicKey) }.joined(separator: ","))]}"#
        for key in keys { #expect(try await subject(set, es256(claims(), key)) == "cust-1") }
    }

    @Test func certificatesAndPrivateMembersOfAKeyAreNotRead() async throws {
        let key = P256.Signing.PrivateKey()
        let d = Base64URL.encode(key.rawRepresentation)
        for more in [
            #""x5c":["AA"],"x5t":7,"#, #""d":"\#(d)","#, #""d":5,"p":"","oth":[{}],"#, #""alg":null,"use":null,"#,
        ] {
            #expect(try await subject(jwks(key.publicKey, more: more), es256(claims(), key)) == "cust-1", "\(more)")
        }
    }

    @Test(arguments: [
        (#"{"kty":"AKP","alg":"ML-DSA-44","kid":"q","pub":"AA"}"#, "its kind"),
        (#"{"kty":"OKP","crv":"Ed448","kid":"e","x":"AA"}"#, "its kind"),
        (#"{"kty":"OKP","crv":"X25519","kid":"e","x":"AA"}"#, "its kind"),
        (#"{"kty":"RSA","alg":"RSA-OAEP","kid":"r","n":"AA","e":"AQAB"}"#, "2048"),
        (#"{"kty":"EC","crv":"P-256","alg":"ECDH-ES","kid":"c","x":"AA","y":"AA"}"#, "its alg"),
        (#"{"kty":"EC","crv":"P-256","alg":"RS256","kid":"c","x":"AA","y":"AA"}"#, "its alg"),
        (#"{"kty":"EC","crv":"P-256","kid":"c","x":"AA=","y":"AA"}"#, "its member x"), ("null", "its kind"),
        (#"{"kty":["EC"]}"#, "its kind"),
    ])
    func aStrangeKeyIsSkippedAndNamed(odd: String, reason: String) async throws {
        let key = P256.Signing.PrivateKey()
        #expect(try await subject(#"{"keys":[\#(odd),\#(jwk(key.publicKey))]}"#, es256(claims(), key)) == "cust-1")
        let error = await #expect(throws: KeyError.self) {
            try await KeySet.jwks(Array(#"{"keys":[\#(odd)]}"#.utf8), source: "test")
        }
        #expect(
            error?.reason.contains("key 1: ") == true && error?.reason.contains(reason) == true,
            "\(error?.reason ?? "")"
        )
    }

    @Test func theThumbprintIsThatOfRFC7638() throws {
        let modulus = """
            0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst\
            n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91\
            CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw
            """
        let json = #"{"kty":"RSA","n":"\#(modulus)","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#
        let key = try JSONDecoder().decode(PublicJWK.self, from: Data(json.utf8))
        #expect(key.thumbprint.text == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test func aSetWithoutUsableKeysIsRefused() async {
        let key = P256.Signing.PrivateKey().publicKey
        let point = Base64URL.encode([UInt8](repeating: 1, count: 32))
        let sets = [
            "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"h"}]}"#,
            jwks(key, more: #""use":"enc","#), jwks(key, more: #""key_ops":["sign"],"#),
            jwks(key, more: #""alg":"ES384","#),
            #"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"\#(point)","y":"\#(point)"}]}"#,
            #"{"keys":[{"kty":"RSA","kid":"a","n":"wQ","e":"AQAB"}]}"#,
            String(repeating: " ", count: KeySet.maximumJWKSBytes) + jwks(key),
        ]
        for set in sets {
            await #expect(throws: KeyError.self, "\(set.prefix(80))") {
                try await KeySet.jwks(Array(set.utf8), source: "test")
            }
        }
    }
}
