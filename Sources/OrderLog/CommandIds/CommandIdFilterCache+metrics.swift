package import Telemetry

extension CommandIdFilterCache {
    /// Registers a gauge that tells how many ids of past days the filter holds.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.gauge(
            "waybill_command_filter_ids",
            help: "Command ids of days past in the filter that spares looking them up; 0 until they have been read."
        ) { Double(self.count) }
    }
}
