import Foundation
import NIOSSL
import Primitives

/// Where a server's certificate and its key are, both in PEM; the certificate first in its file, then those that vouch
/// for it.
package struct CertificateFiles: Sendable {
    let certificate: String
    let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// What tells that a file has changed; nil for one that cannot be examined.
    struct Stamps: Sendable, Equatable {
        let certificate: PrivateFile.Stamp?
        let key: PrivateFile.Stamp?
    }

    /// A certificate that can be served.
    struct Pair: Sendable {
        let context: NIOSSLContext
        /// When it expires, in seconds since 1970.
        let expiresAt: Double
    }

    var stamps: Stamps {
        Stamps(certificate: PrivateFile.stamp(certificate), key: PrivateFile.stamp(key))
    }

    /// Most bytes of a file: a long chain is some 20 kB.
    private static let limit = 1024 * 1024

    /// Reads both files.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: `CertificateError` for what cannot be read or is not of use now; `FileError` for a file that cannot be read.
    func load(now: Double) throws -> Pair {
        let chain = try certificates()
        guard let leaf = chain.first else { throw CertificateError(certificate, "holds no certificate") }
        let expiresAt = Double(leaf.notValidAfter)
        guard now < expiresAt else {
            throw CertificateError(certificate, "the certificate expired on \(Self.text(expiresAt))")
        }
        guard Double(leaf.notValidBefore) <= now else {
            let begin = Double(leaf.notValidBefore)
            throw CertificateError(certificate, "the certificate is not valid before \(Self.text(begin))")
        }
        do {
            let configuration = TLSProfile.configuration(chain, try privateKey())
            return Pair(context: try NIOSSLContext(configuration: configuration), expiresAt: expiresAt)
        } catch  where error is NIOSSLError || error is BoringSSLError {
            // Their texts name functions and source files of the library.
            throw CertificateError(key, "the key does not fit the certificate in \(certificate)")
        }
    }

    private func certificates() throws -> [NIOSSLCertificate] {
        let bytes = try Self.read(certificate)
        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw CertificateError(certificate, "holds no certificate in PEM")
        }
    }

    private func privateKey() throws -> NIOSSLPrivateKey {
        let bytes = try Self.read(key)
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw CertificateError(key, "holds no private key in PEM that is open to read without a passphrase")
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let contents = try PrivateFile.read(path, limit: limit) else {
            throw CertificateError(path, "there is no such file")
        }
        return contents.bytes
    }

    private static func text(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}
