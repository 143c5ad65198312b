package import Telemetry

/// What is told of a server's certificate.
package struct CertificateReloads: Sendable {
    let loaded = Counter()
    let refused = Counter()

    package init() {}

    /// - Parameter expiresAt: seconds since 1970.
    package func register(
        in registry: MetricsRegistry,
        expiresAt: @escaping @Sendable () -> Double
    ) throws(MetricsError) {
        try registry.gauge(
            "waybill_tls_certificate_expires_seconds",
            help: "When the certificate that new connections get expires, in seconds since 1970; only with TLS.",
            reading: expiresAt
        )
        let name = "waybill_tls_certificate_reloads_total"
        let help = "New certificate files, taken into use or refused as of no use; only with TLS."
        try registry.counter(name, help: help, labels: ["outcome": "loaded"], loaded)
        try registry.counter(name, help: help, labels: ["outcome": "refused"], refused)
    }
}
