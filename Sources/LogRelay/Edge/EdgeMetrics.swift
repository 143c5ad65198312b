package import Telemetry

/// The metrics of an edge. All exist from the start.
package final class EdgeMetrics: Sendable {
    private let events: [EdgeCursor.Source: Counter]
    private let needs: [EdgeCursor.Need: Counter]
    private let batches: Counter
    private let bytes: Counter
    private let stale: Counter
    private let unreadable: Counter
    private let reads: Counter
    private let outages: Counter
    private let databaseOutages: Counter
    private let questions: Counter
    private let connected: Gauge
    private let age: Histogram

    package init(_ registry: MetricsRegistry) throws(MetricsError) {
        var events: [EdgeCursor.Source: Counter] = [:]
        for source in EdgeCursor.Source.allCases {
            events[source] = try registry.counter(
                "waybill_edge_events_total",
                help: "Events that this edge gave to its streams, by where they came from.",
                labels: ["source": source.rawValue]
            )
        }
        self.events = events
        var needs: [EdgeCursor.Need: Counter] = [:]
        for (need, label) in [EdgeCursor.Need.gap: "gap", .behind: "behind", .otherHistory: "other_history"] {
            needs[need] = try registry.counter(
                "waybill_edge_catch_ups_total",
                help: """
                    Messages after which the database had to be read: a batch did not follow (gap), the head is beyond \
                    all batches (behind), or the sender has another history.
                    """,
                labels: ["reason": label]
            )
        }
        self.needs = needs
        batches = try registry.counter("waybill_edge_batches_total", help: "Batches that came from Redis.")
        bytes = try registry.counter("waybill_edge_bytes_total", help: "Bytes of the messages that came from Redis.")
        stale = try registry.counter(
            "waybill_edge_stale_messages_total",
            help: "Messages that were left aside since their sender knows a former history only."
        )
        unreadable = try registry.counter(
            "waybill_edge_unreadable_messages_total",
            help: "Messages that were left aside since they are not this log's, are damaged or of a later version."
        )
        reads = try registry.counter("waybill_edge_database_reads_total", help: "Pages of the log that were read.")
        outages = try registry.counter(
            "waybill_edge_redis_outages_total",
            help: "Times at which the connection to Redis was lost or its messages stopped."
        )
        databaseOutages = try registry.counter(
            "waybill_edge_database_outages_total",
            help: "Times at which the database could not be read any more."
        )
        questions = try registry.counter(
            "waybill_edge_questions_total",
            help: "Questions to the leader for the log's head, for positions that the replica does not have."
        )
        connected = try registry.gauge(
            "waybill_edge_redis_connected",
            help: "1 while this edge is subscribed and messages arrive, else 0."
        )
        age = try registry.histogram(
            "waybill_edge_message_seconds",
            help: "Age of messages when they arrive, by the clocks of both machines."
        )
    }

    /// Registers the gauges that are asked when the metrics are read.
    ///
    /// - Parameters:
    ///   - lag: the events that are missing in streams.
    ///   - replicaLag: the events that are missing in the database.
    ///   - pendingBytes: the bytes that wait beyond a gap.
    package static func register(
        in registry: MetricsRegistry,
        lag: @escaping @Sendable () -> EdgeTail.Lag,
        replicaLag: @escaping @Sendable () -> EdgeTail.Lag,
        pendingBytes: @escaping @Sendable () -> Int
    ) throws(MetricsError) {
        try registry.gauge(
            "waybill_edge_lag_events",
            help: "Events that are known to exist and were not given to streams yet."
        ) { Double(lag().events) }
        try registry.gauge(
            "waybill_edge_lag_seconds",
            help: "Time since this edge was at the log's end last, as far as it knows; 0 at the end."
        ) { lag().age / .seconds(1) }
        try registry.gauge(
            "waybill_edge_replica_lag_events",
            help: "Events that are known to exist and that the database did not have when it was read last."
        ) { Double(replicaLag().events) }
        try registry.gauge(
            "waybill_edge_replica_lag_seconds",
            help: """
                Time for which the oldest known event that the database lacks has been missing, or a replica has stood \
                still; 0 else.
                """
        ) { replicaLag().age / .seconds(1) }
        try registry.gauge(
            "waybill_edge_pending_bytes",
            help: "Bytes of events from Redis that wait for those before them."
        ) { Double(pendingBytes()) }
    }

    func took(_ outcome: EdgeCursor.Outcome) {
        for (source, count) in outcome.published { events[source]?.increment(by: UInt64(count)) }
        if outcome.isStale { stale.increment() }
    }

    func arrived(_ message: RelayMessage, bytes size: Int, now: Int64) {
        bytes.increment(by: UInt64(size))
        if case .batch = message.content { batches.increment() }
        age.observe(seconds: max(0, Double(now - message.sentAt) / 1e6))
    }

    func needsDatabase(_ need: EdgeCursor.Need) { needs[need]?.increment() }
    func unread() { unreadable.increment() }
    func readDatabase() { reads.increment() }
    func isConnected(_ value: Bool) { connected.set(value ? 1 : 0) }
    func redisLost() { outages.increment() }
    func databaseLost() { databaseOutages.increment() }
    func asked() { questions.increment() }
}
