package import Telemetry

/// The metrics of a server's certificate and its reloads.
package struct CertificateReloads: Sendable {
    let loaded = Counter()
    let refused = Counter()

    package init() {}

    /// - Parameter expiresAt: reads the time at which the current certificate expires, in seconds since 1970.
    package func register(
        in registry: MetricsRegistry,
        expiresAt: @escaping @Sendable () -> Double
    ) throws(MetricsError) {
        try registry.gauge(
            "waybill_tls_certificate_expires_seconds",
            help: "The time at which the current certificate expires, in seconds since 1970; only with TLS.",
            reading: expiresAt
        )
        let name = "waybill_tls_certificate_reloads_total"
        let help = "Reloads of changed certificate files: loaded, or refused because they are invalid; only with TLS."
        try registry.counter(name, help: help, labels: ["outcome": "loaded"], loaded)
        try registry.counter(name, help: help, labels: ["outcome": "refused"], refused)
    }
}
