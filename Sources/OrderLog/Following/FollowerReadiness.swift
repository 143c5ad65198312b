package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// Watches whether a process that writes nothing can answer reads and supply streams, so that `/readyz` can tell
/// without asking the database. Streams that are open go on by Redis where the database is away; new ones cannot begin.
package final class FollowerReadiness: Service, ReadinessSource {
    private struct State {
        var reads: Unreadiness? = .starting
        /// The time at which the running probe began; nil between two probes.
        var began: ContinuousClock.Instant?
    }

    private let pools: [PostgresPool]
    private let configuration: PostgresConfiguration
    private let tail: @Sendable () -> Unreadiness?
    private let metrics: LogMetrics?
    private let logger: Logger
    private let state = Mutex(State())

    /// The time between two probes.
    private static let interval: Duration = .milliseconds(750)

    /// - Parameters:
    ///   - pools: the pools that answer reads.
    ///   - configuration: the database, for a connection of the probe's own.
    ///   - tail: the reason why streams are not supplied as they should; nil where they are.
    ///   - metrics: records how fast the database answers.
    package init(
        pools: [PostgresPool],
        configuration: PostgresConfiguration,
        metrics: LogMetrics? = nil,
        logger: Logger,
        tail: @escaping @Sendable () -> Unreadiness?
    ) {
        var configuration = configuration
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        self.configuration = configuration
        self.pools = pools
        self.tail = tail
        self.metrics = metrics
        self.logger = logger
    }

    package var unreadiness: Unreadiness? {
        let now = ContinuousClock.now
        let (reads, began) = state.withLock { ($0.reads, $0.began) }
        if !pools.contains(where: { $0.hasAnswered(within: WriteProbe.timeout) }) {
            if let reads { return reads }
            if let began, now - began > WriteProbe.timeout { return .readsUnanswered }
        }
        return tail()
    }

    /// Probes until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var probe = ReadProbe(configuration: self.configuration, logger: self.logger)
            var report = ReadinessReport(
                ready: "ready: streams are supplied and reads are answered",
                logger: self.logger
            )
            while !Task.isCancelled {
                let began = ContinuousClock.now
                self.state.withLock { $0.began = began }
                var unreadiness: Unreadiness?
                do {
                    try await probe.run()
                    self.metrics?.databaseAnswered(in: .now - began)
                } catch {
                    unreadiness = Unreadiness(readFailure: error)
                }
                self.state.withLock { $0 = State(reads: unreadiness) }
                report.tell(self.unreadiness)
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
