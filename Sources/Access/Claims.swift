import FoundationEssentials
import StrictJSON

/// The claims of a token that the service reads (RFC 7519, section 4.1). Others are ignored.
struct Claims {
    static let audience = "waybill"

    /// Tells whether a payload says of itself that the token has expired. Costs no signature; a payload that cannot be
    /// read is left to the checks that come after the signature's.
    static func haveExpired(payload: [UInt8], now: Double) -> Bool {
        struct Expiry: Decodable { let exp: Double }
        guard let claims = try? JSONDecoder().decode(Expiry.self, from: Data(payload)) else { return false }
        return claims.exp >= 0 && now >= claims.exp + TokenVerifier.skewSeconds
    }

    let principal: Principal
    /// `nbf`, in seconds since 1970.
    let notBefore: Double?

    /// Reads and checks all claims but the times, which the verifier checks at each use.
    /// - Parameter issuer: the `iss` that the token must have; nil for any.
    /// - Throws: `malformedToken` for a payload that is no JSON object, `wrongAudience`, `wrongIssuer` and
    ///   `invalidClaims`.
    init(payload: [UInt8], issuer: String? = nil) throws(AccessError) {
        let fields: Fields
        do {
            // Claims must be unique (RFC 7519, section 4), and Foundation's decoder would take the first of two.
            _ = try JSONValue.parse(payload)
            fields = try JSONDecoder().decode(Fields.self, from: Data(payload))
        } catch let error as AccessError {
            throw error
        } catch {
            throw .malformedToken("its payload is not a JSON object, or a claim stands twice")
        }
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

    private struct Fields: Decodable {
        let issuer, subject, role: String
        let audience, shop: [String]
        let expiresAt: Double
        let notBefore: Double?

        enum Key: String, CodingKey { case iss, sub, aud, exp, nbf, role, shop }

        init(from decoder: any Decoder) throws {
            let claims = try decoder.container(keyedBy: Key.self)
            audience = try Self.list(.aud, in: claims)
            issuer = try Self.text(.iss, in: claims)
            subject = try Self.text(.sub, in: claims)
            expiresAt = try Self.time(.exp, in: claims)
            notBefore = claims.contains(.nbf) ? try Self.time(.nbf, in: claims) : nil
            role = try Self.text(.role, in: claims)
            shop = try Self.list(.shop, in: claims)
        }

        private static func text(_ key: Key, in claims: KeyedDecodingContainer<Key>) throws -> String {
            try present(key, in: claims)
            do {
                return try claims.decode(String.self, forKey: key)
            } catch {
                throw AccessError.invalidClaims("\(key.rawValue) is not a string")
            }
        }

        /// A string, or a list of strings.
        private static func list(_ key: Key, in claims: KeyedDecodingContainer<Key>) throws -> [String] {
            try present(key, in: claims)
            if let one = try? claims.decode(String.self, forKey: key) { return [one] }
            do {
                return try claims.decode([String].self, forKey: key)
            } catch {
                throw AccessError.invalidClaims("\(key.rawValue) is neither a string nor a list of strings")
            }
        }

        /// A NumericDate: seconds since 1970, a fraction allowed (RFC 7519, section 2).
        private static func time(_ key: Key, in claims: KeyedDecodingContainer<Key>) throws -> Double {
            try present(key, in: claims)
            let seconds: Double
            do {
                seconds = try claims.decode(Double.self, forKey: key)
            } catch {
                throw AccessError.invalidClaims("\(key.rawValue) is not a number")
            }
            // The last second of the year 9999; milliseconds, a frequent mistake, lie beyond it.
            guard (0...253_402_300_799).contains(seconds) else {
                throw AccessError.invalidClaims("\(key.rawValue) is not in seconds since 1970")
            }
            return seconds
        }

        private static func present(_ key: Key, in claims: KeyedDecodingContainer<Key>) throws {
            guard claims.contains(key) else { throw AccessError.invalidClaims("\(key.rawValue) is missing") }
        }
    }
}
