import StrictJSON

/// A JWS in compact form, split into its parts and not yet verified (RFC 7515, sections 4 and 7.1).
struct CompactToken {
    /// The longest token that is read, in bytes. It bounds the work that an unverified caller can cause.
    static let maximumByteCount = 16 * 1024

    /// The fault of a longer token.
    static let tooLong = "it is longer than 16 KiB"
    /// The types that a token's header may name (RFC 7519, section 5.1; RFC 9068, section 2.1). Another type is a token
    /// for another purpose, which the same issuer may sign with the same key (RFC 8725, section 3.11).
    private static let types: Set = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]

    let algorithm: String
    let keyID: String?
    /// The exact bytes that the signature covers.
    let signed: ArraySlice<UInt8>
    /// The payload; nil where it is no JSON object, or a member stands twice.
    let claims: JSONObject?
    let signature: [UInt8]

    init(_ token: String) throws(AccessError) {
        guard token.utf8.count <= Self.maximumByteCount else { throw .malformedToken(Self.tooLong) }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformedToken("it does not have three parts") }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformedToken("a part is not base64url") }
        // A member that stands twice must not mean one thing to the issuer and another here (section 4).
        guard let object = Self.object(header), let fields = Header(object) else {
            throw .malformedToken("its header is not a JSON object with alg, or a member is wrong or stands twice")
        }
        // No extension is supported, and an unsupported one must be refused (RFC 7515, section 4.1.11).
        guard !fields.hasCritical else { throw .malformedToken("its header names critical extensions") }
        if let type = fields.typ, !Self.types.contains(type.lowercased()) {
            throw .malformedToken("its typ is not that of an access token")
        }
        self.algorithm = fields.alg
        self.keyID = fields.kid
        self.signed = bytes[..<parts[1].endIndex]
        self.claims = Self.object(payload)
        self.signature = signature
    }

    private static func object(_ json: [UInt8]) -> JSONObject? {
        do throws(JSONParseError) {
            return try JSONValue.parse(json).object
        } catch {
            return nil
        }
    }

    private struct Header {
        let alg: String
        let kid: String?
        let typ: String?
        let hasCritical: Bool

        /// - Returns: nil where a member that is read is no text. A member that is null counts as absent.
        init?(_ members: JSONObject) {
            guard let alg = members["alg"]?.string else { return nil }
            for name in ["kid", "typ"] {
                switch members[name] {
                case nil, .null, .string: break
                default: return nil
                }
            }
            self.alg = alg
            kid = members["kid"]?.string
            typ = members["typ"]?.string
            hasCritical = members["crit"] != nil
        }
    }
}
