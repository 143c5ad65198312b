/// The reason for which a caller is not recognised. Every case is a 401.
package enum AccessError: Error, Sendable, Hashable {
    /// No bearer token was sent.
    case missingToken
    /// The header or the token is not in the form of RFC 6750 and RFC 7519. The text names the fault.
    case malformedToken(String)
    /// The signature does not fit, or its algorithm is not one that the key is for.
    case badSignature
    /// The token names a key that the service does not hold.
    case unknownKey
    /// `exp` lies further back than the skew.
    case expiredToken
    /// `nbf` lies further ahead than the skew.
    case notYetValid
    /// `aud` does not contain `waybill`.
    case wrongAudience
    /// A claim is missing or unusable. The text names the claim and the fault, and repeats nothing of the token.
    case invalidClaims(String)

    /// A word that stays the same between versions, for problem details.
    package var code: String {
        switch self {
        case .missingToken: "missingToken"
        case .malformedToken: "malformedToken"
        case .badSignature: "badSignature"
        case .unknownKey: "unknownKey"
        case .expiredToken: "expiredToken"
        case .notYetValid: "notYetValid"
        case .wrongAudience: "wrongAudience"
        case .invalidClaims: "invalidClaims"
        }
    }

    /// A sentence for the client's developer.
    package var detail: String {
        switch self {
        case .missingToken: "This needs a bearer token."
        case .malformedToken(let what): "The token is malformed: \(what)."
        case .badSignature: "The token's signature does not verify."
        case .unknownKey: "The token is signed with an unknown key."
        case .expiredToken: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .wrongAudience: "The token is not meant for waybill."
        case .invalidClaims(let what): "The token's claims are unusable: \(what)."
        }
    }

    /// A sentence that tells an operator how to mend the fault; nil where `detail` says it all. For the command line
    /// and the log: strangers who meet a 401 do not read it.
    package var hint: String? { Self.hint(code: code) }

    /// The hint of an error by its code, for a client that has read the code in a problem.
    package static func hint(code: String) -> String? {
        switch code {
        case "missingToken": "Give a token with --token or --token-file; `waybill token` makes one for development."
        case "malformedToken": "Check that the whole token was copied, without quotes and line breaks."
        case "badSignature":
            "Check that the token's algorithm is one that its key is for, and that the token was not changed."
        case "unknownKey":
            "The token is perhaps from another data directory or issuer: make one with `waybill token --data-dir` and "
                + "the service's directory, or check the service's --jwks."
        case "expiredToken": "Get a new token; `waybill token --ttl` sets how long a development token lives."
        case "notYetValid": "Check the clocks of the token's issuer and of the service."
        case "wrongAudience": "The issuer must put \(Claims.audience) into the token's aud claim."
        case "invalidClaims": "Check the claims that the issuer puts into the token: iss, sub, exp, role and shop."
        default: nil
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750, section 3). Without any token the error code is left out, as section
    /// 3.1 asks; the description keeps to the characters that section 3 allows.
    package var challenge: String {
        guard self != .missingToken else { return "Bearer" }
        let description = detail.unicodeScalars.filter { scalar in
            (0x20...0x7E).contains(scalar.value) && scalar != "\"" && scalar != "\\"
        }
        return "Bearer error=\"invalid_token\", error_description=\"\(String(String.UnicodeScalarView(description)))\""
    }
}

extension AccessError: CustomStringConvertible {
    package var description: String { detail }
}
