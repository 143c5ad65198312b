/// The `Authorization` header's bearer token (RFC 6750, section 2.1; RFC 9110, section 11).
package enum Bearer {
    /// The token in a request's `Authorization` field values.
    /// - Parameter values: every `Authorization` value of the request, as received.
    /// - Returns: the token, in the characters of `b64token`, not yet verified.
    /// - Throws: `missingToken` without a header or with another scheme; `malformedToken` for several headers, several
    ///   tokens, none, or characters that no token has.
    package static func token(in values: [String]) throws(AccessError) -> String {
        guard let value = values.first else { throw .missingToken }
        guard values.count == 1 else { throw .malformedToken("there is more than one Authorization header") }
        let field = trimmed(value.utf8[...])
        let scheme = field.prefix { $0 != space }
        guard String(Substring(scheme)).lowercased() == "bearer" else { throw .missingToken }
        let token = field.dropFirst(scheme.count).drop { $0 == space }
        guard !token.isEmpty else { throw .malformedToken("the Authorization header holds no token") }
        guard token.withContiguousStorageIfAvailable(isToken) ?? isToken(token) else {
            let several = token.contains(space) || token.contains(comma)
            throw .malformedToken(
                "the Authorization header holds \(several ? "more than one token" : "a character of no token")"
            )
        }
        return String(Substring(token))
    }

    /// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
    private static func isToken(_ token: some Sequence<UInt8>) -> Bool {
        var body = 0
        var padding = 0
        for byte in token {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                guard padding == 0 else { return false }
                body += 1
            case UInt8(ascii: "="): padding += 1
            default: return false
            }
        }
        return body > 0
    }

    private static func trimmed(_ field: Substring.UTF8View) -> Substring.UTF8View {
        var field = field.drop { $0 == space || $0 == tab }
        while let last = field.last, last == space || last == tab { field.removeLast() }
        return field
    }

    private static let space = UInt8(ascii: " ")
    private static let tab = UInt8(ascii: "\t")
    private static let comma = UInt8(ascii: ",")
}
