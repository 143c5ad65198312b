import JWTKit

/// The members of a JSON Web Key that verify signatures (RFC 7517, section 4; RFC 7518, section 6; RFC 8037). Other
/// members, such as certificates and the private half, are never read.
struct PublicJWK: Decodable {
    let keyID: String?
    private let type: String
    private let use, algorithm, curve, modulus, exponent, x, y: String?
    private let operations: [String]?

    enum CodingKeys: String, CodingKey {
        case type = "kty"
        case keyID = "kid"
        case algorithm = "alg"
        case curve = "crv"
        case modulus = "n"
        case exponent = "e"
        case operations = "key_ops"
        case use, x, y
    }

    /// An algorithm by which the key may verify, with the key in the form that JWTKit takes.
    struct Binding {
        /// The values of a token's `alg` that mean the algorithm.
        let names: Set<String>
        let algorithm: JWK.Algorithm
        let key: JWK
    }

    /// The smallest and the largest modulus of an RSA key, in bytes. RFC 7518, section 3.3, asks for 2048 bits; the
    /// time of a verification grows with the square of the length.
    private static let modulusLength = 256...1024

    /// The key, once for each algorithm that its `alg` names or, without one, that its type and curve allow.
    /// - Throws: the reason why the key verifies no token.
    func bindings() throws(KeyRefusal) -> [Binding] {
        if let use, use != "sig" { throw KeyRefusal("its use is not sig") }
        if let operations, !operations.contains("verify") { throw KeyRefusal("its key_ops do not hold verify") }
        let possible = try algorithms()
        let named = possible.filter { algorithm == nil || $0.names.contains(algorithm ?? "") }
        guard !named.isEmpty else { throw KeyRefusal("its alg is not one of its kind's signatures") }
        return named.map { Binding(names: $0.names, algorithm: $0.algorithm, key: $0.key) }
    }

    /// The members that make the key what it is (RFC 7638, section 3.2).
    var thumbprint: KeyThumbprint {
        let all = [("crv", curve), ("e", exponent), ("kty", type), ("n", modulus), ("x", x), ("y", y)]
        let required: Set<String> =
            switch type {
            case "RSA": ["e", "kty", "n"]
            case "EC": ["crv", "kty", "x", "y"]
            default: ["crv", "kty", "x"]
            }
        return KeyThumbprint(
            all.compactMap { name, value in required.contains(name) ? (name, value ?? "") : nil }
        )
    }

    private func algorithms() throws(KeyRefusal) -> [Binding] {
        switch (type, curve) {
        case ("RSA", _):
            let (n, e) = try (member("n", modulus), member("e", exponent))
            guard let length = Base64URL.decode(n.utf8)?.drop(while: { $0 == 0 }).count,
                Self.modulusLength.contains(length)
            else { throw KeyRefusal("its modulus does not have 2048 to 8192 bits") }
            let all: [JWK.Algorithm] = [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
            return all.map { Self.bind($0, .rsa($0, identifier: nil, modulus: n, exponent: e)) }
        case ("EC", "P-256"): return [try ellipticCurve(.es256, .p256)]
        case ("EC", "P-384"): return [try ellipticCurve(.es384, .p384)]
        case ("EC", "P-521"): return [try ellipticCurve(.es512, .p521)]
        case ("OKP", "Ed25519"):
            let x = try member("x", x)
            let key = JWK.octetKeyPair(.eddsa, identifier: nil, x: x, y: nil, curve: .ed25519)
            // RFC 9864 names the algorithm of RFC 8037 anew, by its curve.
            return [Binding(names: ["EdDSA", "Ed25519"], algorithm: .eddsa, key: key)]
        default: throw KeyRefusal("its kind is not understood")
        }
    }

    private func ellipticCurve(_ algorithm: JWK.Algorithm, _ curve: ECDSACurve) throws(KeyRefusal) -> Binding {
        let (x, y) = try (member("x", x), member("y", y))
        return Self.bind(algorithm, .ecdsa(algorithm, identifier: nil, x: x, y: y, curve: curve))
    }

    private func member(_ name: String, _ value: String?) throws(KeyRefusal) -> String {
        guard let value, Base64URL.decode(value.utf8)?.isEmpty == false else {
            throw KeyRefusal("its member \(name) is missing or not base64url")
        }
        return value
    }

    private static func bind(_ algorithm: JWK.Algorithm, _ key: JWK) -> Binding {
        Binding(names: [algorithm.rawValue], algorithm: algorithm, key: key)
    }
}
