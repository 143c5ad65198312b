/// Takes whole lines for a descriptor from any thread, and never blocks the thread that gives them.
///
/// Lines wait in a queue of at most `capacity` bytes, which a thread of its own writes. When the queue is full, or the
/// descriptor cannot be written, lines are dropped and counted; once lines can be written again, one line says how many
/// are missing.
package final class LogOutput: Sendable {
    package static let standardError = LogOutput(descriptor: 2)

    /// The last warnings and errors that were logged, also those whose lines were dropped or counted.
    package let recentFailures = RecentFailures()

    private let queue: LogQueue

    /// - Parameters:
    ///   - descriptor: stays the caller's.
    ///   - capacity: the most bytes that wait.
    ///   - limits: the times by which repeated failures are summed up.
    package init(
        descriptor: Int32,
        capacity: Int = 1024 * 1024,
        limits: FailureEpisodes.Limits = FailureEpisodes.Limits()
    ) {
        queue = LogQueue(descriptor: descriptor, capacity: capacity, limits: limits)
    }

    deinit {
        queue.close()
    }

    /// Lines that were dropped since the start.
    package var dropped: Counter { queue.dropped }

    /// Queues a line, which ends with its line feed, or drops it where the queue is full.
    package func write(_ line: [UInt8]) {
        queue.add(line)
    }

    /// Queues a record's line unless it repeats a failure that is being counted; see ``FailureEpisodes``.
    func write(_ failure: FailureEpisodes.Failure, line: () -> [UInt8]) {
        if queue.begins(failure) { queue.add(line()) }
    }

    /// Waits until all queued lines are written.
    ///
    /// - Parameter limit: the longest wait; nobody may be reading.
    /// - Returns: false when lines are still waiting.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        queue.flush(within: limit)
    }

    /// Writes what the counted failures still owe, and waits as `flush(within:)` does. For the end of the process.
    @discardableResult
    package func finish(within limit: Duration) -> Bool {
        queue.reportAll()
        return queue.flush(within: limit)
    }

    /// Registers the counter of dropped lines.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.counter(
            "waybill_log_lines_dropped_total",
            help: "Log lines that were dropped because standard error could not be written fast enough, or at all.",
            dropped
        )
    }
}
