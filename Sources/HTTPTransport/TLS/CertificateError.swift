/// Why a certificate and its key cannot be used.
package struct CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Names the file.
    package let description: String

    init(_ path: String, _ reason: String) {
        description = "\(path): \(reason)"
    }
}
