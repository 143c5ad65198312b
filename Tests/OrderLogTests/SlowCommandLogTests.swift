import Foundation
import LogSupport
import Logging
import Orders
import Synchronization
import Testing

@testable import OrderLog

@Suite struct SlowCommandLogTests {
    /// Keeps the lines that are logged.
    private final class Lines: Sendable {
        private let all = Mutex<[Logger.Metadata]>([])
        var metadata: [Logger.Metadata] { all.withLock { $0 } }

        func add(_ metadata: Logger.Metadata) { all.withLock { $0.append(metadata) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.notice
        var metadata: Logger.Metadata = [:]

        init(_ lines: Lines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add(event.metadata ?? [:]) }
    }

    private let lines = Lines()
    private let order = UUID()

    private var log: SlowCommandLog {
        SlowCommandLog(logger: Logger(label: "test") { [lines] _ in Handler(lines) })
    }

    private func entry(isBulk: Bool = false) throws -> AppendQueue.Entry {
        let submission = Submission(
            orderId: order,
            command: try Samples.command(.confirmOrder),
            commandId: "k",
            fingerprint: [],
            ifMatch: nil,
            shops: nil,
            role: .backend,
            actor: "backend:test",
            correlationId: nil,
            trace: RequestTrace(requestId: "r-1", traceId: "4bf92f3577b34da6a3ce929d0e0e4736"),
            receivedAt: Timestamp(unixMicroseconds: 0)
        )
        return AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60), isBulk: isBulk)
    }

    private func receipt(replayed: Bool = false) -> PendingReceipt.Answer {
        .success(
            CommandReceipt(
                orderId: order,
                version: 2,
                status: "confirmed",
                position: LogPosition(epoch: "e1", seq: 7),
                events: [],
                replayed: replayed
            )
        )
    }

    @Test func aSlowCommandsLineNamesItAndItsStages() throws {
        let entry = try entry()
        var stages = AppendStages(lock: .milliseconds(1100), lookUp: .milliseconds(2), commit: .milliseconds(90))
        stages.began = entry.queuedAt + .milliseconds(30)
        log.answered(entry, receipt(), stages, after: .milliseconds(1250))
        #expect(
            lines.metadata == [
                [
                    "command": "k", "name": "confirmOrder", "order": "\(order.text)", "requestId": "r-1",
                    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "position": "e1-7", "milliseconds": "1250",
                    "queue": "30", "lock": "1100", "lookUp": "2", "decision": "0", "commit": "90",
                ]
            ]
        )
    }

    @Test func quickRefusedRepeatedAndBulkCommandsHaveNoLine() throws {
        let log = log
        let stages = AppendStages()
        log.answered(try entry(), receipt(), stages, after: .milliseconds(999))
        log.answered(try entry(), .failure(.unavailable), stages, after: .seconds(2))
        log.answered(try entry(), receipt(replayed: true), stages, after: .seconds(2))
        log.answered(try entry(isBulk: true), receipt(), stages, after: .seconds(2))
        #expect(lines.metadata.isEmpty)
    }

    @Test func linesOfAPeriodAreBoundedAndTheRestIsCounted() throws {
        let (log, entry, stages) = (log, try entry(), AppendStages())
        let now = ContinuousClock.now
        for _ in 0..<(SlowCommandLog.linesPerPeriod + 5) {
            log.answered(entry, receipt(), stages, after: .seconds(2), at: now)
        }
        #expect(lines.metadata.count == SlowCommandLog.linesPerPeriod)
        log.answered(entry, receipt(), stages, after: .seconds(2), at: now + SlowCommandLog.period)
        #expect(lines.metadata.last?["notLogged"] == "5")
        log.answered(entry, receipt(), stages, after: .seconds(2), at: now + SlowCommandLog.period)
        #expect(lines.metadata.last?["notLogged"] == nil)
    }
}
