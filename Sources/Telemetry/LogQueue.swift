import Dispatch
import Glibc
import Logging
import Primitives
import Synchronization

/// The lines that wait for a descriptor, and the thread that writes them.
final class LogQueue: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        /// The bytes that wait or are being written.
        var bytes = 0
        /// Lines that were dropped and of which no line has told yet.
        var untold: UInt64 = 0
        var episodes: FailureEpisodes
        var isWriting = false
        var hasThread = false
        var isClosed = false
    }

    let dropped = Counter()

    /// The time between two looks at the failures that repeat.
    private static let reportInterval = Duration.seconds(1)

    private let writer: DescriptorWriter
    private let capacity: Int
    private let state: Mutex<State>
    private let wakeUp = DispatchSemaphore(value: 0)

    init(descriptor: Int32, capacity: Int, limits: FailureEpisodes.Limits) {
        writer = DescriptorWriter(descriptor: descriptor)
        self.capacity = capacity
        state = Mutex(State(episodes: FailureEpisodes(limits: limits)))
    }

    /// - Parameter isNotice: the line tells of dropped lines; it is never dropped itself, or their count would be lost.
    func add(_ line: [UInt8], isNotice: Bool = false) {
        let (isFirst, needsThread) = state.withLock { state in
            guard isNotice || state.bytes + line.count <= capacity else {
                state.untold += 1
                dropped.increment()
                return (false, false)
            }
            let isFirst = state.lines.isEmpty
            state.lines.append(line)
            state.bytes += line.count
            defer { state.hasThread = true }
            return (isFirst, !state.hasThread)
        }
        if needsThread { startThread() }
        if isFirst { wakeUp.signal() }
    }

    /// - Returns: whether the failure is to be written; false where it is counted as one of those written before.
    func begins(_ failure: FailureEpisodes.Failure) -> Bool {
        state.withLock { $0.episodes.begins(failure, now: .now) }
    }

    /// Queues a line for each failure that was counted and of which no line has told yet.
    func reportAll() {
        let reports = state.withLock { $0.episodes.endAll(now: .now) }
        for report in reports { add(report.line(at: .now)) }
    }

    func flush(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !state.withLock({ $0.lines.isEmpty && !$0.isWriting }) {
            guard .now < deadline else { return false }
            usleep(1000)
        }
        return true
    }

    /// Lets the thread end once it has written what waits.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    private func startThread() {
        do throws(SystemCallError) {
            try NamedThread.start("log-writer") {
                Self.blockSignals()
                self.writeLines()
            }
        } catch {
            // The next line tries again.
            state.withLock { $0.hasThread = false }
        }
    }

    /// A signal that came to this thread would end the process instead of reaching the one who waits for it.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }

    // MARK: On the thread

    private func writeLines() {
        var endsMidLine = false
        var reportsDue = ContinuousClock.now
        while true {
            // Also while lines come without a pause.
            if reportsDue <= .now {
                queueReports()
                reportsDue = .now + Self.reportInterval
            }
            let (lines, isClosed) = state.withLock { state in
                state.isWriting = !state.lines.isEmpty
                defer { state.lines = [] }
                return (state.lines, state.isClosed)
            }
            if lines.isEmpty {
                if isClosed { return }
                waitForLines()
            } else {
                write(lines, &endsMidLine)
            }
        }
    }

    /// Waits for lines, or until reports of repeated failures may be due.
    private func waitForLines() {
        guard state.withLock({ !$0.episodes.isEmpty }) else { return wakeUp.wait() }
        _ = wakeUp.wait(timeout: .now() + .nanoseconds(Int(Self.reportInterval.wholeNanoseconds)))
    }

    /// Queues the reports of repeated failures that are due.
    private func queueReports() {
        let reports = state.withLock { $0.episodes.reports(now: .now) }
        for report in reports { add(report.line(at: .now)) }
    }

    /// - Parameter endsMidLine: whether the last write broke off within a line.
    private func write(_ lines: [[UInt8]], _ endsMidLine: inout Bool) {
        var bytes: [UInt8] = endsMidLine ? [UInt8(ascii: "\n")] : []
        for line in lines { bytes += line }
        let missing: UInt64
        do {
            try writer.write(bytes)
            endsMidLine = false
            missing = 0
        } catch {
            if error.written > 0 { endsMidLine = bytes[error.written - 1] != UInt8(ascii: "\n") }
            missing = UInt64(lines.count)
            dropped.increment(by: missing)
        }
        let untold = state.withLock { state in
            state.isWriting = false
            state.bytes -= lines.reduce(0) { $0 + $1.count }
            state.untold += missing
            defer { if missing == 0 { state.untold = 0 } }
            return missing == 0 ? state.untold : 0
        }
        if untold > 0 { add(Self.notice(ofDropped: untold), isNotice: true) }
    }

    private static func notice(ofDropped count: UInt64) -> [UInt8] {
        let record = JSONLogRecord(
            level: .warning,
            label: "waybill",
            message: "\(count) log lines were dropped here: standard error was not read fast enough, or not writable",
            metadata: ["dropped": "\(count)"]
        )
        return record.line(at: .now)
    }
}
