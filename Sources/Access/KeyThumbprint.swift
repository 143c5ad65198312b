import Crypto

/// The thumbprint of a public key (RFC 7638): the same for the same key, whatever its `kid`, order and other members
/// are.
package struct KeyThumbprint: Sendable, Hashable {
    /// The SHA-256 of the key's required members, in base64url.
    package let text: String

    /// - Parameter members: the members that section 3.2 requires for the key's type, in the order of their names, each
    ///   with a value that needs no escapes in JSON.
    init(_ members: [(name: String, value: String)]) {
        let canonical = "{" + members.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
        text = Base64URL.encode(Array(SHA256.hash(data: Array(canonical.utf8))))
    }

    /// The thumbprint of a key of the curve P-256.
    init(_ key: P256.Signing.PublicKey) {
        let point = key.rawRepresentation
        let (x, y) = (Base64URL.encode(point.prefix(32)), Base64URL.encode(point.suffix(32)))
        self.init([("crv", "P-256"), ("kty", "EC"), ("x", x), ("y", y)])
    }
}
