/// The version of this build, which `waybill --version`, the API's description and `/metrics` share.
package enum BuildInfo {
    /// By Semantic Versioning 2.0.
    package static let version = "0.1.0"

    /// Registers `waybill_build_info`, whose value is always 1 and whose label is the version.
    package static func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.gauge(
            "waybill_build_info",
            help: "1, with the version of the running binary as a label.",
            labels: ["version": version]
        ).set(1)
    }
}
