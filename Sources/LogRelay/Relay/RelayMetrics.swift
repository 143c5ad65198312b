package import Telemetry

/// The metrics of the relay, which publishes the log's events to Redis. All exist from the start.
package final class RelayMetrics: Sendable {
    private let batches: Counter
    private let events: Counter
    private let bytes: Counter
    private let dropped: Counter
    private let failures: Counter
    private let outages: Counter
    private let answers: Counter
    private let connected: Gauge
    private let reachable: Gauge
    private let subscribers: Gauge
    private let publishes: Histogram

    package init(_ registry: MetricsRegistry) throws(MetricsError) {
        batches = try registry.counter(
            "waybill_relay_batches_total",
            help: "Batches of events that were published to Redis."
        )
        events = try registry.counter("waybill_relay_events_total", help: "Events that were published to Redis.")
        bytes = try registry.counter("waybill_relay_bytes_total", help: "Bytes of the batches published to Redis.")
        dropped = try registry.counter(
            "waybill_relay_dropped_events_total",
            help: "Events that were not published since Redis was slow or away: edges read them from the log."
        )
        failures = try registry.counter(
            "waybill_relay_failures_total",
            help: "Messages that Redis did not take, or may not have taken."
        )
        outages = try registry.counter(
            "waybill_relay_outages_total",
            help: "Times at which Redis stopped taking messages."
        )
        answers = try registry.counter(
            "waybill_relay_answers_total",
            help: "Questions of edges for the log's head that were answered."
        )
        connected = try registry.gauge(
            "waybill_relay_connected",
            help: "1 while this process leads and Redis takes its messages, else 0."
        )
        reachable = try registry.gauge(
            "waybill_relay_reachable",
            help: """
                1 where Redis answered this server when it was asked last, by messages while the server leads and else by \
                a PING at the start and each minute; else 0.
                """
        )
        subscribers = try registry.gauge(
            "waybill_relay_subscribers",
            help: "Edges that the last message reached, as the Redis server counts its own subscribers."
        )
        publishes = try registry.histogram(
            "waybill_relay_publish_seconds",
            help: "Time in which Redis took a message."
        )
    }

    /// - Parameter queueBytes: the bytes of the relay's queue.
    package static func register(
        in registry: MetricsRegistry,
        queueBytes: @escaping @Sendable () -> Int
    ) throws(MetricsError) {
        try registry.gauge("waybill_relay_queue_bytes", help: "Bytes of events that wait to be published to Redis.") {
            Double(queueBytes())
        }
    }

    func published(events count: Int, bytes size: Int) {
        batches.increment()
        events.increment(by: UInt64(count))
        bytes.increment(by: UInt64(size))
    }

    func dropped(events count: Int) {
        guard count > 0 else { return }
        dropped.increment(by: UInt64(count))
    }

    func took(in duration: Duration, subscribers count: Int) {
        publishes.observe(duration)
        subscribers.set(Double(count))
        connected.set(1)
        reachable.set(1)
    }

    func failed(isFirst: Bool) {
        failures.increment()
        if isFirst { outages.increment() }
        connected.set(0)
        reachable.set(0)
    }

    func rests() { connected.set(0) }

    func looked(isReachable: Bool) { reachable.set(isReachable ? 1 : 0) }

    func answered() { answers.increment() }
}
