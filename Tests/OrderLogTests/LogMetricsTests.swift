import Foundation
import LogSupport
import Orders
import Telemetry
import Testing

@testable import OrderLog

@Suite struct LogMetricsTests {
    private let registry = MetricsRegistry()

    private func has(_ line: String) -> Bool { registry.exposition().contains("\n\(line)\n") }

    @Test func anAnswerIsCountedByCommandAndOutcome() throws {
        let metrics = try LogMetrics(registry)
        #expect(has(#"waybill_command_answers_total{command="holdOrder",outcome="overloaded"} 0"#))
        let receipt = PendingReceipt(metrics: metrics, command: .holdOrder)
        #expect(receipt.complete(with: .failure(.overloaded)) != nil)
        #expect(receipt.complete(with: .failure(.failed)) == nil)
        #expect(has(#"waybill_command_answers_total{command="holdOrder",outcome="overloaded"} 1"#))
        #expect(has(#"waybill_command_answers_total{command="holdOrder",outcome="failed"} 0"#))
        #expect(has(#"waybill_commands_total{outcome="overloaded"} 1"#))
        #expect(has("waybill_command_seconds_count 1"))
    }

    @Test func aRefusalIsCountedByItsReason() throws {
        let metrics = try LogMetrics(registry)
        #expect(has(#"waybill_command_refusals_total{reason="orderOnHold"} 0"#))
        for refusal in [AppendRefusal.versionMismatch(current: 2), .unknownOrder, .orderExists(nil), .unavailable] {
            PendingReceipt(metrics: metrics, command: .addNote).complete(with: .failure(refusal))
        }
        for reason in ["versionMismatch", "notFound", "orderExists"] {
            #expect(has("waybill_command_refusals_total{reason=\"\(reason)\"} 1"))
        }
        #expect(!registry.exposition().contains(#"reason="unavailable""#))
    }

    @Test func stagesAreObservedOnceABatchAndTheQueueForEachCommand() throws {
        let metrics = try LogMetrics(registry)
        let stages = AppendStages(lock: .milliseconds(500), lookUp: .milliseconds(2), commit: .milliseconds(4))
        metrics.batchDecided(stages, waits: [.milliseconds(7), .seconds(2), .zero], isWritten: true)
        metrics.batchDecided(AppendStages(), waits: [.zero], isWritten: false)
        let stage = #"waybill_command_stage_seconds"#
        #expect(has(stage + #"_count{stage="queue"} 4"#))
        #expect(has(stage + #"_bucket{stage="queue",le="1"} 3"#))
        #expect(has(stage + #"_count{stage="lock"} 2"#))
        #expect(has(stage + #"_sum{stage="lock"} 0.5"#))
        #expect(has(stage + #"_count{stage="commit"} 1"#))
    }

    @Test func aBatchIsCountedByItsSize() throws {
        let metrics = try LogMetrics(registry)
        metrics.batchCommitted(commands: 3, in: .milliseconds(1))
        #expect(has(#"waybill_batch_size_bucket{le="2"} 0"#))
        #expect(has(#"waybill_batch_size_bucket{le="4"} 1"#))
        #expect(has("waybill_batch_size_sum 3"))
    }

    @Test func anAppendersCommandsAreMeasuredByStage() async throws {
        try await TestLog.with { log in
            let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
            try await log.withAppender(metrics: try LogMetrics(registry)) { _ = try await $0.submit(submission) }
        }
        for stage in ["queue", "lock", "lookUp", "decision", "commit"] {
            #expect(has("waybill_command_stage_seconds_count{stage=\"\(stage)\"} 1"))
        }
        #expect(has(#"waybill_command_answers_total{command="placeOrder",outcome="accepted"} 1"#))
    }
}
