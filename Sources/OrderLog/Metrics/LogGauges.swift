package import Telemetry

/// The gauges of the command queue, the pools and readiness, which are read when the metrics are.
package struct LogGauges: Sendable {
    /// The connections of a pool at present.
    package struct PoolUse: Sendable {
        package let connections: Int
        package let lent: Int
        package let waiting: Int

        /// - Parameters:
        ///   - connections: all, those that are being opened included.
        ///   - lent: the connections that callers have.
        ///   - waiting: the callers that wait for a connection.
        package init(connections: Int, lent: Int, waiting: Int) {
            self.connections = connections
            self.lent = lent
            self.waiting = waiting
        }
    }

    /// The commands in the queue's two lanes.
    package typealias Backlog = (singles: Int, bulk: Int)

    private let backlog: @Sendable () -> Backlog
    private let pools: [(name: String, use: @Sendable () -> PoolUse)]
    private let unreadiness: @Sendable () -> Unreadiness?
    private let formerServers: Counter
    private let epochs: (@Sendable () -> Int)?

    /// - Parameters:
    ///   - backlog: the commands that wait for a batch.
    ///   - pools: the pools by the value of their label.
    ///   - unreadiness: the reason why the service is not ready; nil when it is.
    ///   - formerServers: counts the connections to former servers.
    ///   - epochs: the number of the log's epochs.
    package init(
        backlog: @escaping @Sendable () -> Backlog,
        pools: [(name: String, use: @Sendable () -> PoolUse)],
        unreadiness: @escaping @Sendable () -> Unreadiness?,
        formerServers: Counter,
        epochs: (@Sendable () -> Int)? = nil
    ) {
        self.backlog = backlog
        self.pools = pools
        self.unreadiness = unreadiness
        self.formerServers = formerServers
        self.epochs = epochs
    }

    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        let (backlog, unreadiness) = (backlog, unreadiness)
        let queue = (name: "waybill_queue_commands", help: "Commands that wait for a batch.")
        try registry.gauge(queue.name, help: queue.help, labels: ["lane": "single"]) { Double(backlog().singles) }
        try registry.gauge(queue.name, help: queue.help, labels: ["lane": "bulk"]) { Double(backlog().bulk) }
        for pool in pools {
            let (use, labels) = (pool.use, ["pool": pool.name])
            try registry.gauge(
                "waybill_pool_connections",
                help: "Connections of a pool for reads, those being opened included.",
                labels: labels
            ) { Double(use().connections) }
            try registry.gauge(
                "waybill_pool_connections_lent",
                help: "Connections of a pool that a read uses now.",
                labels: labels
            ) { Double(use().lent) }
            try registry.gauge("waybill_pool_waiting", help: "Reads that wait for a connection.", labels: labels) {
                Double(use().waiting)
            }
        }
        try registry.gauge("waybill_ready", help: "1 while /readyz answers that the service is ready, else 0.") {
            unreadiness() == nil ? 1 : 0
        }
        for reason in Unreadiness.allCases {
            try registry.gauge(
                "waybill_unready",
                help: "1 for the reason why the service is not ready now, 0 for the others.",
                labels: ["reason": reason.rawValue]
            ) { unreadiness() == reason ? 1 : 0 }
        }
        try registry.counter(
            "waybill_former_server_connections_total",
            help: "Connections that were given up since they led to a server that another one has replaced.",
            formerServers
        )
        guard let epochs else { return }
        try registry.gauge(
            "waybill_log_epochs",
            help: "Epochs of the log: one, and a further one for each restore or failover."
        ) { Double(epochs()) }
    }
}
