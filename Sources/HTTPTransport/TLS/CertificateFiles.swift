import Foundation
import NIOSSL
import Primitives

/// The paths of a server's certificate and its key, both in PEM. The server's own certificate comes first in its file,
/// followed by the intermediate certificates.
package struct CertificateFiles: Sendable {
    let certificate: String
    let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// The stamps by which a change of the files is noticed; nil for a file that cannot be examined.
    struct Stamps: Sendable, Equatable {
        let certificate: PrivateFile.Stamp?
        let key: PrivateFile.Stamp?
    }

    /// A certificate and its key, checked and ready to be served.
    struct Pair: Sendable {
        let context: TLSContext
        /// The time at which the certificate expires, in seconds since 1970.
        let expiresAt: Double
    }

    var stamps: Stamps {
        Stamps(certificate: PrivateFile.stamp(certificate), key: PrivateFile.stamp(key))
    }

    /// The most bytes of a file. A long chain has about 20 kB.
    private static let limit = 1024 * 1024

    /// Reads both files.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: `CertificateError` where the files hold no certificate that is valid now with its key; `FileError`
    ///   where a file cannot be read.
    func load(now: Double) throws -> Pair {
        let chain = try certificates()
        guard let leaf = chain.first else { throw CertificateError(certificate, reason: "holds no certificate") }
        let expiresAt = Double(leaf.notValidAfter)
        guard now < expiresAt else {
            throw CertificateError(certificate, reason: "the certificate expired on \(Self.text(expiresAt))")
        }
        guard Double(leaf.notValidBefore) <= now else {
            let begin = Double(leaf.notValidBefore)
            throw CertificateError(certificate, reason: "the certificate is not valid before \(Self.text(begin))")
        }
        do {
            let context = try TLSContext(chain: chain.map { try $0.toDERBytes() }, key: try privateKey())
            return Pair(context: context, expiresAt: expiresAt)
        } catch let error as TLSError {
            throw CertificateError(key, reason: Self.mismatch(with: certificate, error))
        }
    }

    private func certificates() throws -> [NIOSSLCertificate] {
        let bytes = try Self.read(certificate).bytes
        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw CertificateError(certificate, reason: "holds no certificate in PEM")
        }
    }

    /// - Returns: the bytes of the file.
    private func privateKey() throws -> [UInt8] {
        let contents = try Self.read(key)
        if let exposure = contents.exposure { throw CertificateError(key, reason: "the private key: \(exposure)") }
        return contents.bytes
    }

    private static func read(_ path: String) throws -> PrivateFile.Contents {
        guard let contents = try PrivateFile.read(path, limit: limit) else {
            throw CertificateError(path, reason: "there is no such file")
        }
        return contents
    }

    /// The reason for which the key, or the key together with the certificate, cannot be used.
    private static func mismatch(with certificate: String, _ error: TLSError) -> String {
        switch error {
        case .noKey: "holds no private key in PEM that can be read without a passphrase"
        case .refused("KEY_VALUES_MISMATCH"), .refused("KEY_TYPE_MISMATCH"):
            "the key does not belong to the certificate in \(certificate)"
        default: "the key and the certificate in \(certificate) cannot be used together (\(error))"
        }
    }

    private static func text(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}
