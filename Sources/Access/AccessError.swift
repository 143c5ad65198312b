/// The reason for which a caller is not recognised. Every case is a 401, but for
/// `noKeys` and `keyNotFetched`, which pass by themselves.
package enum AccessError: Error, Sendable, Hashable {
    /// No bearer token was sent.
    case missingToken
    /// The header or the token is not in the form of RFC 6750 and RFC 7519. The text names the fault.
    case malformedToken(String)
    /// The signature does not fit, or its algorithm is not one that the key is for.
    case badSignature
    /// The token names a key that the service does not hold.
    case unknownKey
    /// The token may be of a key that is newer than those that the service holds, and the service does not fetch the
    /// keys again before so many seconds have passed.
    case keyNotFetched(retryAfter: Int)
    /// `exp` is in the past by more than the skew.
    case expiredToken
    /// `nbf` is in the future by more than the skew.
    case notYetValid
    /// `aud` does not contain `waybill`.
    case wrongAudience
    /// `iss` is not the issuer that the service trusts.
    case wrongIssuer
    /// The service has no keys to verify any token with: its key set could not be fetched yet, or not for too long.
    case noKeys
    /// A claim is missing or unusable. The text names the claim and the fault, and repeats nothing of the token.
    case invalidClaims(String)

    /// The codes of all errors.
    package static let codes = [
        "missingToken", "malformedToken", "badSignature", "unknownKey", "expiredToken", "notYetValid", "wrongAudience",
        "wrongIssuer", "noKeys", "keyNotFetched", "invalidClaims",
    ]

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
        case .wrongIssuer: "wrongIssuer"
        case .noKeys: "noKeys"
        case .keyNotFetched: "keyNotFetched"
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
        case .wrongIssuer: "The token is of another issuer."
        case .keyNotFetched: "The token may be of a key that the service has not fetched yet. Send the request again."
        case .noKeys: "The service cannot fetch the keys that verify tokens at present. Send the request again."
        case .invalidClaims(let what): "The token's claims are unusable: \(what)."
        }
    }

    /// The advice to an operator on an error, by its code; nil for a code that is not an access error's. For the
    /// command line and the log: the answer to strangers does not hold it.
    package static func hint(code: String) -> String? {
        switch code {
        case "missingToken": "give a token with --token; `waybill token` makes one for development"
        case "malformedToken": "check that the whole token was copied, without quotes and line breaks"
        case "badSignature": "check that the token was not changed, and that its algorithm is one that its key is for"
        case "unknownKey":
            "it may be of another data directory or issuer; give the --data-dir of that service, or a --token that it "
                + "accepts"
        case "expiredToken": "get a new one; `waybill token --ttl` sets the lifetime of a development token"
        case "notYetValid": "check the clocks of the token's issuer and of the service"
        case "wrongAudience": "its issuer must put \(Claims.audience) into the claim aud"
        case "wrongIssuer": "its iss must be the service's --issuer, letter by letter"
        case "noKeys": "check that the service can reach the URL of its --jwks; its log has the error"
        case "keyNotFetched":
            "try again after a few seconds; if it stays so, check that the service can reach the URL of its --jwks"
        case "invalidClaims": "check the claims that its issuer sets: iss, sub, exp, role and shop"
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
