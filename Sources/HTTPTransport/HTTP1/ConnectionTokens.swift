import HTTPTypes

/// The options of a connection that a message names (RFC 9110, section 7.6.1).
enum ConnectionTokens {
    /// - Parameter token: in lower case.
    static func contain(_ token: String, in fields: HTTPFields) -> Bool {
        let values = fields[values: .connection]
        return values.contains { list($0)?.contains(token) ?? false }
    }

    /// The tokens of a field's value in lower case; nil where the value is no list of tokens.
    static func list(_ value: String) -> [String]? {
        var tokens: [String] = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let token = part.drop { $0 == " " || $0 == "\t" }
            let end = token.lastIndex { $0 != " " && $0 != "\t" }.map { token.index(after: $0) } ?? token.startIndex
            guard token[..<end].utf8.allSatisfy(isTokenByte) else { return nil }
            if end != token.startIndex { tokens.append(token[..<end].lowercased()) }
        }
        return tokens
    }

    /// The bytes of a token (RFC 9110, section 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
