import StrictJSON

/// The claims of a token that the service reads (RFC 7519, section 4.1). Others are ignored.
struct Claims {
    static let audience = "waybill"

    /// Tells whether claims say of themselves that the token has expired. Costs no signature; claims that cannot be
    /// read are left to the checks that come after the signature's.
    static func haveExpired(_ claims: JSONObject?, now: Double) -> Bool {
        guard let expiry = claims?["exp"]?.seconds else { return false }
        return expiry >= 0 && now >= expiry + TokenVerifier.skewSeconds
    }

    let principal: Principal
    /// `nbf`, in seconds since 1970.
    let notBefore: Double?

    /// Reads and checks all claims but the times, which the verifier checks at each use.
    /// - Parameters:
    ///   - claims: nil for a payload that is no JSON object, or in which a claim stands twice: claims must be unique
    ///     (RFC 7519, section 4).
    ///   - issuer: the `iss` that the token must have; nil for any.
    /// - Throws: `malformedToken` without claims, `wrongAudience`, `wrongIssuer` and `invalidClaims`.
    init(_ claims: JSONObject?, issuer: String? = nil) throws(AccessError) {
        guard let claims else { throw .malformedToken("its payload is not a JSON object, or a claim stands twice") }
        let fields = try Fields(claims)
        guard fields.audience.contains(Self.audience) else { throw .wrongAudience }
        guard !fields.issuer.isEmpty else { throw .invalidClaims("iss is empty") }
        // Compared as bytes: Swift's == holds canonically equivalent strings for equal.
        guard issuer.map({ fields.issuer.utf8.elementsEqual($0.utf8) }) ?? true else { throw .wrongIssuer }
        guard let role = Role(rawValue: fields.role) else {
            throw .invalidClaims("role is not backend, customer, staff or operator")
        }
        var principal = try Principal(
            role: role,
            subject: fields.subject,
            shops: ShopScope(claim: fields.shop),
            expiresAt: fields.expiresAt
        )
        principal.issuer = fields.issuer
        self.principal = principal
        self.notBefore = fields.notBefore
    }

    private struct Fields {
        let issuer, subject, role: String
        let audience, shop: [String]
        let expiresAt: Double
        let notBefore: Double?

        init(_ claims: JSONObject) throws(AccessError) {
            audience = try Self.list("aud", in: claims)
            issuer = try Self.text("iss", in: claims)
            subject = try Self.text("sub", in: claims)
            expiresAt = try Self.time("exp", in: claims)
            notBefore = claims["nbf"] == nil ? nil : try Self.time("nbf", in: claims)
            role = try Self.text("role", in: claims)
            shop = try Self.list("shop", in: claims)
        }

        private static func text(_ name: String, in claims: JSONObject) throws(AccessError) -> String {
            guard let text = try value(name, in: claims).string else {
                throw .invalidClaims("\(name) is not a string")
            }
            return text
        }

        /// A string, or a list of strings.
        private static func list(_ name: String, in claims: JSONObject) throws(AccessError) -> [String] {
            let value = try value(name, in: claims)
            if let one = value.string { return [one] }
            guard let values = value.array else {
                throw .invalidClaims("\(name) is neither a string nor a list of strings")
            }
            let texts = values.compactMap(\.string)
            guard texts.count == values.count else {
                throw .invalidClaims("\(name) is neither a string nor a list of strings")
            }
            return texts
        }

        /// A NumericDate: seconds since 1970, a fraction allowed (RFC 7519, section 2).
        private static func time(_ name: String, in claims: JSONObject) throws(AccessError) -> Double {
            guard let seconds = try value(name, in: claims).seconds else {
                throw .invalidClaims("\(name) is not a number")
            }
            // The last second of the year 9999; milliseconds, a frequent mistake, lie beyond it.
            guard (0...253_402_300_799).contains(seconds) else {
                throw .invalidClaims("\(name) is not in seconds since 1970")
            }
            return seconds
        }

        private static func value(_ name: String, in claims: JSONObject) throws(AccessError) -> JSONValue {
            guard let value = claims[name] else { throw .invalidClaims("\(name) is missing") }
            return value
        }
    }
}

extension JSONValue {
    /// The number as seconds; nil for anything else, and for a number beyond all others.
    fileprivate var seconds: Double? {
        guard case .number(let number) = self, let seconds = Double(number.text), seconds.isFinite else { return nil }
        return seconds
    }
}
