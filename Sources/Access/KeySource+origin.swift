package import FoundationEssentials
import Primitives

extension KeySource {
    /// Fetches a URL's body. The function has its own deadline over head and body, and its own bound on the size (at
    /// most 1 MiB is used).
    package typealias Fetch = @Sendable (URL) async throws -> [UInt8]

    /// The place from which the keys are read.
    package enum Origin: Sendable {
        case development(DevelopmentKey)
        case jwksFile(String)
        case jwksURL(URL, fetch: Fetch)
    }
}

extension KeySource.Origin {
    /// The keys that were read, with the stamp of a file.
    struct Contents: Sendable {
        let keys: KeySet
        let stamp: PrivateFile.Stamp?
    }

    /// Reads the keys.
    func load() async throws(KeyError) -> Contents {
        switch self {
        case .development(let key):
            do {
                return Contents(keys: try await key.keySet(), stamp: nil)
            } catch {
                throw KeyError(source: DevelopmentKey.fileName, reason: "\(error)")
            }
        case .jwksFile(let path):
            let contents = try KeyError.wrap { () throws(FileError) in
                try PrivateFile.read(path, limit: KeySet.maximumJWKSBytes)
            }
            guard let file = contents else {
                throw KeyError(source: path, reason: "there is no such file")
            }
            // A person who can change the key set can sign any token.
            if let weakness = file.weakness { throw KeyError(source: path, reason: weakness) }
            return Contents(keys: try await .jwks(file.bytes, source: path), stamp: file.stamp)
        case .jwksURL(let url, let fetch):
            let bytes: [UInt8]
            do {
                bytes = try await fetch(url)
            } catch {
                throw KeyError(source: url.absoluteString, reason: "cannot be fetched: \(error)")
            }
            return Contents(keys: try await .jwks(bytes, source: url.absoluteString), stamp: nil)
        }
    }
}
