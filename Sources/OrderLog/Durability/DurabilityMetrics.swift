package import Telemetry

/// The metrics of waits for standbys. They exist with `--durable-on standby` alone.
package struct DurabilityMetrics: Sendable {
    /// The findings of a watch, for the gauges.
    package struct Findings: Sendable {
        /// The standbys that count.
        var standbys = 0
        /// The waits at present.
        var waiting = 0
        /// The events of the log that are not known to be durable.
        var lagEvents: Int64 = 0
        /// The age of the oldest commit that is not durable; 0 where all are.
        var lagSeconds = 0.0

        /// The findings of a watch of an empty log.
        package init() {}
    }

    private let durable: Counter
    private let late: Counter
    private let waits: Histogram
    private let looks: Counter

    /// - Parameter findings: asked for when the metrics are.
    package init(
        _ registry: MetricsRegistry,
        findings: @escaping @Sendable () -> Findings
    ) throws(MetricsError) {
        try registry.gauge(
            "waybill_durable_standbys",
            help: """
                Standbys whose flush positions count: those of synchronous_standby_names, or else all that stream; only \
                with --durable-on standby, as all of this kind.
                """
        ) { Double(findings().standbys) }
        try registry.gauge(
            "waybill_durable_lag_events",
            help: "Events of the log that no standby is known to have on its disk."
        ) { Double(findings().lagEvents) }
        try registry.gauge(
            "waybill_durable_lag_seconds",
            help: "Age of the oldest commit that no standby has confirmed yet; 0 where all are confirmed."
        ) { findings().lagSeconds }
        try registry.gauge(
            "waybill_durable_waiting",
            help: "Batches, reads and events that wait until a standby has them on its disk."
        ) { Double(findings().waiting) }
        let ended = (
            name: "waybill_durable_waits_total",
            help: """
            Waits of batches, reads and events for a standby: until it had them on its disk (durable), or given up \
            (late).
            """
        )
        durable = try registry.counter(ended.name, help: ended.help, labels: ["outcome": "durable"])
        late = try registry.counter(ended.name, help: ended.help, labels: ["outcome": "late"])
        waits = try registry.histogram(
            "waybill_durable_wait_seconds",
            help: "Time for which a batch, a read or events waited until a standby had them on its disk."
        )
        looks = try registry.counter(
            "waybill_durable_looks_total",
            help: "Questions to the primary for the positions of its standbys."
        )
    }

    func ended(_ wait: DurabilityWaits.Ended) {
        (wait.isDurable ? durable : late).increment()
        waits.observe(wait.duration)
    }

    func looked() { looks.increment() }
}
