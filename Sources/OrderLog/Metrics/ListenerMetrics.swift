package import Postgres
package import Telemetry

/// The metrics of a connection that listens for new events.
package enum ListenerMetrics {
    /// - Parameter name: the value of the label `listener`.
    package static func register(
        _ counts: ListenerCounts = ListenerCounts(),
        named name: String,
        in registry: MetricsRegistry
    ) throws(MetricsError) {
        let labels = ["listener": name]
        try registry.gauge(
            "waybill_listener_connected",
            help:
                "1 while the connection that is told of new events listens, else 0: the log is read each second then.",
            labels: labels
        ) { counts.isConnected ? 1 : 0 }
        try registry.counter(
            "waybill_listener_connections_total",
            help: "Connections that began to listen: the first one, and another after each loss.",
            labels: labels
        ) { Double(counts.connections) }
        try registry.counter(
            "waybill_listener_notifications_total",
            help: """
                Notifications, by all processes: the tail is told of new events, the projector of readers that wait for \
                it.
                """,
            labels: labels
        ) { Double(counts.notifications) }
    }
}
