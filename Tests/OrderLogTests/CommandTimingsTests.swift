import Testing

@testable import OrderLog

@Suite struct CommandTimingsTests {
    private let timings = CommandTimings()
    private let queuedAt = ContinuousClock.now

    private func stages(after delay: Duration) -> AppendStages {
        var stages = AppendStages(
            lock: .milliseconds(4),
            lookUp: .milliseconds(3),
            decision: .milliseconds(2),
            commit: .milliseconds(1)
        )
        stages.began = queuedAt + delay
        return stages
    }

    private var spans: [String] {
        timings.intervals.map { interval in
            let (began, ended) = (interval.began - queuedAt, interval.ended - queuedAt)
            return "\(interval.stage.rawValue) \(Int(began / .milliseconds(1)))-\(Int(ended / .milliseconds(1)))"
        }
    }

    @Test func stagesFollowOneAnother() {
        timings.record(stages(after: .milliseconds(5)), queuedAt: queuedAt, isWritten: true)
        #expect(spans == ["queue 0-5", "lock 5-9", "lookUp 9-12", "decision 12-14", "commit 14-15"])
    }

    @Test func aCommandThatJoinsItsBatchLateBeginsWithItsOwnArrival() {
        timings.record(stages(after: .milliseconds(-2)), queuedAt: queuedAt, isWritten: true)
        #expect(spans == ["lock 0-2", "lookUp 2-5", "decision 5-7", "commit 7-8"])
    }

    @Test func whatIsNotWrittenHasNoCommit() {
        timings.record(stages(after: .zero), queuedAt: queuedAt, isWritten: false)
        #expect(spans.last == "decision 7-9")
    }
}
