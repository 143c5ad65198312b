import FoundationEssentials
import JWTKit

extension KeySet {
    /// The longest key set that is read, in bytes.
    static let maximumJWKSBytes = 1 << 20
    /// The largest number of keys in a set; a token without `kid` is tried against each.
    static let maximumKeyCount = 100

    /// Reads a JWK Set (RFC 7517). Skips keys that are not for verifying signatures or are of an unknown kind (section
    /// 5), and ignores the private part of a key.
    /// - Parameter source: the file or URL, for the error.
    /// - Throws: `KeyError` for bytes that are no key set, are too many, or hold no usable key.
    static func jwks(_ bytes: [UInt8], source: String) async throws(KeyError) -> KeySet {
        guard bytes.count <= maximumJWKSBytes else {
            throw KeyError(source: source, reason: "the key set exceeds 1 MiB")
        }
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch {
            throw KeyError(source: source, reason: "this is not a JSON object with a list of keys (RFC 7517)")
        }
        guard document.keys.count <= maximumKeyCount else {
            throw KeyError(source: source, reason: "the key set holds more than \(maximumKeyCount) keys")
        }
        var entries: [Entry] = []
        var refusals: [String] = []
        for (index, key) in document.keys.enumerated() {
            switch key {
            case .usable(let jwk, let keyID):
                do {
                    entries += try await bind(jwk, keyID: keyID)
                } catch {
                    refusals.append("key \(index + 1): its parameters are missing or damaged")
                }
            case .refused(let reason): refusals.append("key \(index + 1): \(reason)")
            }
        }
        guard !entries.isEmpty else {
            let why = refusals.isEmpty ? "it is empty" : refusals.joined(separator: "; ")
            throw KeyError(source: source, reason: "the key set holds no usable public key (\(why))")
        }
        return KeySet(entries: entries)
    }

    /// One entry for each algorithm that the key may be used with.
    private static func bind(_ key: JWK, keyID: String?) async throws -> [Entry] {
        var jwk = key
        jwk.privateExponent = nil
        jwk.prime1 = nil
        jwk.prime2 = nil
        let id = JWKIdentifier(string: keyID ?? "")
        jwk.keyIdentifier = id
        var entries: [Entry] = []
        for algorithm in algorithms(of: key) {
            jwk.algorithm = algorithm
            // Each algorithm has its own collection: one with several algorithms of a key answers with the first only.
            let keys = JWTKeyCollection()
            try await keys.add(jwk: jwk)
            entries.append(Entry(keyID: keyID, algorithm: try await keys.getKey(for: id, alg: algorithm.rawValue)))
        }
        return entries
    }

    /// The algorithm that the key names in `alg`, else those that its type and curve allow (RFC 7518, section 3.1; RFC
    /// 8037).
    private static func algorithms(of key: JWK) -> [JWK.Algorithm] {
        let possible: [JWK.Algorithm] =
            switch (key.keyType, key.curve?.rawValue) {
            case (.rsa, _): [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
            case (.ecdsa, "P-256"): [.es256]
            case (.ecdsa, "P-384"): [.es384]
            case (.ecdsa, "P-521"): [.es512]
            case (.octetKeyPair, "Ed25519"): [.eddsa]
            default: []
            }
        return key.algorithm.map { said in possible.filter { $0 == said } } ?? possible
    }

    private struct Document: Decodable {
        let keys: [Key]
    }

    private enum Key: Decodable {
        case usable(JWK, keyID: String?)
        case refused(String)

        enum Field: String, CodingKey {
            case use, kid
            case operations = "key_ops"
        }

        init(from decoder: any Decoder) throws {
            do {
                let fields = try decoder.container(keyedBy: Field.self)
                let use = try fields.decodeIfPresent(String.self, forKey: .use)
                let operations = try fields.decodeIfPresent([String].self, forKey: .operations)
                let keyID = try fields.decodeIfPresent(String.self, forKey: .kid)
                if let use, use != "sig" {
                    self = .refused("its use is not sig")
                } else if let operations, !operations.contains("verify") {
                    self = .refused("its key_ops do not hold verify")
                } else {
                    self = .usable(try JWK(from: decoder), keyID: keyID)
                }
            } catch is DecodingError {
                // A key of an unknown kind leaves the others usable.
                self = .refused("its kind is not understood")
            }
        }
    }
}
