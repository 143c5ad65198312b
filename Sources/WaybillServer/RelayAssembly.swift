import LogRelay
import Logging
import OrderLog
import Telemetry

/// The relay of a server that has a Redis, and the queue that the tail fills.
struct RelayAssembly {
    let queue: RelayQueue
    let relay: EventRelay

    /// - Parameters:
    ///   - secret: bytes that all processes of the log have in common.
    ///   - isLeader: tells whether this process publishes: one of all servers does.
    /// - Returns: nil for a server without a Redis.
    init?(
        settings: WaybillServerSettings,
        reader: LogReader,
        secret: [UInt8],
        metrics: MetricsRegistry,
        logger: Logger,
        isLeader: @escaping @Sendable () -> Bool
    ) throws {
        guard let redis = settings.redis else { return nil }
        let relayMetrics = try RelayMetrics(metrics)
        let queue = RelayQueue(metrics: relayMetrics, isLeader: isLeader)
        self.queue = queue
        try RelayMetrics.register(in: metrics) { queue.bytes }
        relay = EventRelay(
            queue: queue,
            configuration: redis,
            codec: RelayCodec(secret: secret),
            reader: reader,
            metrics: relayMetrics,
            logger: logger,
            isLeader: isLeader
        )
    }
}
