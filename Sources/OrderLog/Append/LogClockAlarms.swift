package import Logging
import Synchronization
package import Telemetry

/// The alarms of times that are ahead: in the log once when they begin and once when they end, and in the metrics.
package final class LogClockAlarms: Sendable {
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var headAhead = 0.0
        var clockAhead = 0.0
        /// The times at which the alarms began; nil for one that is over.
        var headAlarm: ContinuousClock.Instant?
        var clockAlarm: ContinuousClock.Instant?
    }

    package init(logger: Logger) {
        self.logger = logger
    }

    /// Registers a gauge for each of the two.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.gauge(
            "waybill_log_head_ahead_seconds",
            help: "How far the time of the last event is ahead of the database's clock, in seconds; 0 where it is not."
        ) { self.state.withLock { $0.headAhead } }
        try registry.gauge(
            "waybill_database_clock_ahead_seconds",
            help: "How far the database's clock is ahead of this process's, in seconds; negative where it is behind."
        ) { self.state.withLock { $0.clockAhead } }
    }

    /// Notes times in microseconds since 1970.
    func note(headTime: Int64, database: Int64, own: Int64) {
        let (head, clock) = (headTime - database, database - own)
        let (former, current) = state.withLock { state in
            let former = state
            state.headAhead = max(0, Double(head) / 1e6)
            state.clockAhead = Double(clock) / 1e6
            state.headAlarm = head > LogClock.tolerance ? state.headAlarm ?? .now : nil
            state.clockAlarm = clock > LogClock.tolerance ? state.clockAlarm ?? .now : nil
            return (former, state)
        }
        if current.headAlarm != nil, former.headAlarm == nil {
            logger.error(
                """
                the log's last event is ahead of the database's clock; all events get its time until the clock has \
                caught up: check the clock
                """,
                metadata: ["seconds": "\(Int(current.headAhead))"]
            )
        } else if let began = former.headAlarm, current.headAlarm == nil {
            logger.notice(
                "over: the log's last event is not ahead of the database's clock any more",
                metadata: ["seconds": "\(Self.seconds(since: began))"]
            )
        }
        if current.clockAlarm != nil, former.clockAlarm == nil {
            logger.error(
                """
                the database's clock is ahead of this process's; events get the time of this process's clock: set the \
                wrong one of the two
                """,
                metadata: ["seconds": "\(Int(current.clockAhead))"]
            )
        } else if let began = former.clockAlarm, current.clockAlarm == nil {
            logger.notice(
                "over: the database's clock is not ahead of this process's any more",
                metadata: ["seconds": "\(Self.seconds(since: began))"]
            )
        }
    }

    private static func seconds(since began: ContinuousClock.Instant) -> Int {
        Int((ContinuousClock.now - began) / .seconds(1))
    }
}
