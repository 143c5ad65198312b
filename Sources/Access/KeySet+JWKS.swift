import FoundationEssentials
import JWTKit

extension KeySet {
    /// The longest key set that is read, in bytes.
    static let maximumJWKSBytes = 1 << 20
    /// The largest number of keys in a set; a token without `kid` is tried against each.
    static let maximumKeyCount = 100

    /// Reads a JWK Set (RFC 7517). Skips keys that are not for verifying signatures or are of an unknown kind (section
    /// 5), and reads nothing of the private part of a key.
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
            do {
                entries += try await bind(try key.get())
            } catch let refusal as KeyRefusal {
                refusals.append("key \(index + 1): \(refusal)")
            } catch {
                refusals.append("key \(index + 1): its parameters are damaged")
            }
        }
        guard !entries.isEmpty else {
            let why = refusals.isEmpty ? "it is empty" : refusals.joined(separator: "; ")
            throw KeyError(source: source, reason: "the key set holds no usable public key (\(why))")
        }
        return KeySet(entries: entries)
    }

    /// One entry for each algorithm that the key may be used with.
    private static func bind(_ key: PublicJWK) async throws -> [Entry] {
        let id = JWKIdentifier(string: key.keyID ?? "")
        var entries: [Entry] = []
        for binding in try key.bindings() {
            var jwk = binding.key
            jwk.keyIdentifier = id
            // Each algorithm has its own collection: one with several algorithms of a key answers with the first only.
            let keys = JWTKeyCollection()
            try await keys.add(jwk: jwk)
            entries.append(
                Entry(
                    keyID: key.keyID,
                    names: binding.names,
                    algorithm: try await keys.getKey(for: id, alg: binding.algorithm.rawValue),
                    thumbprint: key.thumbprint
                )
            )
        }
        return entries
    }

    private struct Document: Decodable {
        let keys: [Key]
    }

    /// A member of `keys`; one that is not of the form of a JWK leaves the others usable.
    private struct Key: Decodable {
        private let key: PublicJWK?

        init(from decoder: any Decoder) throws {
            do {
                key = try PublicJWK(from: decoder)
            } catch is DecodingError {
                key = nil
            }
        }

        func get() throws(KeyRefusal) -> PublicJWK {
            guard let key else { throw KeyRefusal("its kind is not understood") }
            return key
        }
    }
}
