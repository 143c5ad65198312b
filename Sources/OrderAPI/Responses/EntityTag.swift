import Crypto
package import HTTPTypes
import Primitives

/// The entity tag of a body that depends on its bytes alone (RFC 9110, section 8.8.3).
package struct EntityTag: Sendable, Equatable {
    /// The tag in quotes, as `ETag` gives it.
    package let text: String

    /// - Parameters:
    ///   - bytes: the body, before any compression.
    ///   - variant: tells the compressed form of a body from the plain one.
    package init(of bytes: [UInt8], variant: String = "") {
        text = "\"\(Self.digest(of: bytes))\(variant)\""
    }

    /// Twelve bytes of the SHA-256 of some bytes, in hexadecimal digits.
    package static func digest(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Tells whether a client that sends these fields has the body already: compares weakly, as `If-None-Match` asks.
    package func isKnown(by fields: HTTPFields) -> Bool {
        fields[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains { known in
            let known = known.trimmingASCIIWhitespace()
            return known == "*" || (known.hasPrefix("W/") ? known.dropFirst(2) : known) == text
        }
    }
}
