/// The reason for which a certificate and its key cannot be used.
package struct CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence that begins with the path of the file.
    package let description: String

    init(_ path: String, reason: String) {
        description = "\(path): \(reason)"
    }
}
