import Crypto
import FoundationEssentials
import Glibc
import JWTKit
import Primitives

/// The ES256 key of a data directory, with which `waybill token` signs and a service without `--jwks` verifies.
///
/// A person who reads the file can make a token of any role. Therefore the file is private, and `--jwks` rules the key
/// out.
package struct DevelopmentKey: Sendable {
    /// The file's name in the data directory.
    package static let fileName = "dev-key.pem"
    /// `iss` of every token that it signs.
    package static let issuer = "waybill-development"

    /// The key's RFC 7638 thumbprint: the same wherever the same file is read.
    package let keyID: String
    private let key: P256.Signing.PrivateKey

    /// Reads the key of `directory`. Makes the key first, and the directory, where there is none; two processes that do
    /// so at once end with the same key.
    /// - Throws: `KeyError` for a file that is damaged, readable by others, or cannot be read or made.
    package static func loadOrCreate(in directory: String) throws(KeyError) -> DevelopmentKey {
        let path = directory.hasSuffix("/") ? directory + fileName : "\(directory)/\(fileName)"
        if let key = try load(path) { return key }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            // The system's words; those of the library are a dump of its fields.
            let cause = (error as? CocoaError)?.underlying as? POSIXError
            let reason = cause.map { String(cString: strerror($0.code.rawValue)) } ?? "the file system refuses it"
            throw KeyError(source: directory, reason: "the data directory cannot be made: \(reason)")
        }
        let pem = P256.Signing.PrivateKey().pemRepresentation + "\n"
        _ = try KeyError.wrap { () throws(FileError) in try PrivateFile.create(path, bytes: Array(pem.utf8)) }
        guard let key = try load(path) else {
            throw KeyError(source: path, reason: "the development key vanished as soon as it was made")
        }
        return key
    }

    /// A key that was found in a directory by a process that may be of another user than the service.
    package enum Found: Sendable {
        case none
        /// A service of the owner takes the key. Only root finds that of another user.
        case usable(DevelopmentKey, owner: UInt32)
        /// This process may not read the file.
        case unreadable(KeyError)
        /// No service starts with the key.
        case refused(KeyError)
    }

    /// Looks for the key of `directory`, and makes none.
    package static func find(in directory: String) -> Found {
        let path = directory.hasSuffix("/") ? directory + fileName : "\(directory)/\(fileName)"
        let contents: PrivateFile.Contents?
        do {
            contents = try read(path)
        } catch {
            return .unreadable(error)
        }
        guard let file = contents else { return .none }
        do {
            return .usable(try key(in: file, path, for: geteuid() == 0 ? file.owner : geteuid()), owner: file.owner)
        } catch {
            return .refused(error)
        }
    }

    private static func load(_ path: String) throws(KeyError) -> DevelopmentKey? {
        guard let file = try read(path) else { return nil }
        return try key(in: file, path, for: geteuid())
    }

    private static func read(_ path: String) throws(KeyError) -> PrivateFile.Contents? {
        try KeyError.wrap { () throws(FileError) in try PrivateFile.read(path, limit: 16_384) }
    }

    /// - Parameter user: the user whose service is to take the key.
    private static func key(
        in file: PrivateFile.Contents,
        _ path: String,
        for user: UInt32
    ) throws(KeyError) -> DevelopmentKey {
        guard file.mode & 0o077 == 0 else {
            let mode = String(file.mode, radix: 8)
            throw KeyError(source: path, reason: "others can read the development key (mode \(mode)); make it 600")
        }
        if let exposure = file.exposure(for: user) {
            throw KeyError(source: path, reason: "the development key: \(exposure)")
        }
        do {
            return DevelopmentKey(
                key: try P256.Signing.PrivateKey(pemRepresentation: String(decoding: file.bytes, as: UTF8.self))
            )
        } catch {
            throw KeyError(
                source: path,
                reason: "the development key is damaged; remove the file to have another made (older tokens then end)"
            )
        }
    }

    private init(key: P256.Signing.PrivateKey) {
        self.key = key
        self.keyID = KeyThumbprint(key.publicKey).text
    }

    /// A token that the service accepts with this key.
    /// - Parameters:
    ///   - subject: required for a customer; for another role nil means the role's name.
    ///   - ttl: seconds from `now` until the token expires, 1 … `DurationFormat.maximumSeconds`.
    ///   - now: seconds since 1970.
    /// - Throws: `AccessError.invalidClaims` where role, shops and subject do not fit together; else the error of the
    ///   signing.
    package func sign(role: Role, shops: ShopScope, subject: String?, ttl: Int, now: Double) async throws -> String {
        guard let subject = subject ?? (role == .customer ? nil : role.rawValue) else {
            throw AccessError.invalidClaims("a customer needs a subject")
        }
        guard (1...DurationFormat.maximumSeconds).contains(ttl) else {
            throw AccessError.invalidClaims("a token lives from one second to ten years")
        }
        let expiresAt = now.rounded(.down) + Double(ttl)
        _ = try Principal(role: role, subject: subject, shops: shops, expiresAt: expiresAt)
        let payload = Payload(
            iss: Self.issuer,
            sub: subject,
            exp: Int(expiresAt),
            iat: Int(now),
            role: role,
            shop: shops.claim
        )
        let id = JWKIdentifier(string: keyID)
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: try ES256PrivateKey(backing: key), kid: id)
        return try await keys.sign(payload, kid: id)
    }

    func keySet() async throws -> KeySet {
        try await .development(key.publicKey, keyID: keyID)
    }

    private struct Payload: JWTPayload {
        let iss, sub: String
        var aud = Claims.audience
        let exp, iat: Int
        let role: Role
        let shop: [String]

        func verify(using algorithm: some JWTAlgorithm) {}
    }
}

extension ShopScope {
    /// The claim `shop` as a list, in a stable order.
    fileprivate var claim: [String] {
        switch self {
        case .all: ["*"]
        case .names(let names): names.sorted()
        }
    }
}
