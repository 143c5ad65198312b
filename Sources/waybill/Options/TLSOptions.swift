import ArgumentParser
import HTTPTransport
import Logging
import WaybillServer

/// The certificate by which a service proves its identity.
struct TLSOptions: ParsableArguments {
    @Option(
        help: """
            Serve TLS with this certificate, in PEM, followed by its intermediate certificates. A changed file is taken \
            into use while serving. [WAYBILL_TLS_CERTIFICATE]
            """
    )
    var tlsCertificate: String?

    @Option(help: "The certificate's private key, in PEM. [WAYBILL_TLS_KEY]")
    var tlsKey: String?

    private var certificate: String? { tlsCertificate ?? Environment.text("WAYBILL_TLS_CERTIFICATE") }
    private var key: String? { tlsKey ?? Environment.text("WAYBILL_TLS_KEY") }

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together: give both, or neither.")
        }
    }

    /// Nil for clear text.
    ///
    /// - Throws: what is wrong with the files.
    func certificates(_ logger: Logger) throws -> CertificateStore? {
        guard let certificate, let key else { return nil }
        return try CertificateStore(CertificateFiles(certificate: certificate, key: key), logger: logger)
    }
}
