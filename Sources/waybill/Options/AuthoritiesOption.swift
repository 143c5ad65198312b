import ArgumentParser
import NIOSSL

/// The certificate authorities by which a client checks the service's certificate.
struct AuthoritiesOption: ParsableArguments {
    @Option(help: "Certificates (PEM) by which the service's is checked. [WAYBILL_CA_FILE] (default: the system's)")
    var caFile: String?

    /// The path of the file; nil for the system's authorities.
    var path: String? { caFile ?? Environment.text("WAYBILL_CA_FILE") }

    func validate() throws {
        // A variable may be meant for other commands.
        if caFile != nil { _ = try tls() }
    }

    /// The settings of TLS; nil for the usual ones.
    func tls() throws -> TLSConfiguration? {
        guard let path else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        do {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
        } catch {
            throw ValidationError("\(TerminalText.plain(path)) cannot be read, or holds no certificates in PEM.")
        }
        return configuration
    }
}
