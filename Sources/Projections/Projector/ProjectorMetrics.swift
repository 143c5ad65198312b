package import Telemetry

/// The metrics of the projections, counted on the process that runs them. All exist from the start.
package final class ProjectorMetrics: Sendable {
    private let lags: [String: Gauge]
    private let events: [String: Counter]
    private let failures: [String: Counter]

    package init(_ registry: MetricsRegistry, models: [any ReadModel] = ReadModels.followed) throws(MetricsError) {
        var (lags, events, failures): ([String: Gauge], [String: Counter], [String: Counter]) = ([:], [:], [:])
        for model in models {
            let labels = ["projection": model.name]
            lags[model.name] = try registry.gauge(
                "waybill_projection_lag_events",
                help: "Events that a projection lacks, when this process last looked; NaN where it does not run it.",
                labels: labels
            )
            lags[model.name]?.set(.nan)
            events[model.name] = try registry.counter(
                "waybill_projection_events_total",
                help: "Events that this process has folded into a projection.",
                labels: labels
            )
            failures[model.name] = try registry.counter(
                "waybill_projection_failures_total",
                help: "Batches of events that could not be folded into a projection, which stays where it is.",
                labels: labels
            )
        }
        self.lags = lags
        self.events = events
        self.failures = failures
    }

    func looked(at model: String, behind count: Int64) { lags[model]?.set(Double(max(0, count))) }

    func folded(_ count: Int, into model: String) { events[model]?.increment(by: UInt64(count)) }

    func failed(_ model: String) { failures[model]?.increment() }

    /// The connection was lost, or another process runs the projections now.
    func stopped() {
        for lag in lags.values { lag.set(.nan) }
    }
}
