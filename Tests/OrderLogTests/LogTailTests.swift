import Foundation
import LogSupport
import Orders
import Synchronization
import TestSupport
import Testing

@testable import OrderLog

@Suite struct LogTailTests {
    /// Keeps what the tail hands over.
    private final class Collector: LogTailSink {
        private struct State {
            var begun: Int64?
            var events: [LoggedEvent] = []
        }

        private let state = Mutex(State())

        func begin(after seq: Int64, in history: EpochTable) { state.withLock { $0.begun = seq } }
        func publish(_ events: [LoggedEvent], in history: EpochTable) { state.withLock { $0.events += events } }
        func fork(after seq: Int64, to history: EpochTable) { state.withLock { $0.events.removeAll { $0.seq > seq } } }

        var begun: Int64? { state.withLock { $0.begun } }
        var events: [LoggedEvent] { state.withLock { $0.events } }
    }

    private func withTail(_ log: TestLog, _ body: (Collector) async throws -> Void) async throws {
        let collector = Collector()
        let tail = LogTail(configuration: log.database, registry: log.registry, sink: collector, logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await tail.run() }
            #expect(try await eventually { collector.begun != nil })
            try await body(collector)
            group.cancelAll()
        }
    }

    @Test func everyEventArrivesOnceAndInOrder() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector in
                try await log.withAppender { appender in
                    for _ in 0..<50 {
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                    }
                }
                #expect(try await eventually { collector.events.count >= 50 })
                #expect(collector.events.map(\.seq) == Array(1...50))
            }
        }
    }

    @Test func losingItsConnectionsCostsTheTailNothing() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector in
                try await log.withAppender { appender in
                    for index in 0..<30 {
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                        if index.isMultiple(of: 5) { try await log.terminate("waybill tail") }
                    }
                }
                #expect(try await eventually { collector.events.count >= 30 })
                #expect(collector.events.map(\.seq) == Array(1...30))
            }
        }
    }

    @Test func aTailBeginsAtTheHead() async throws {
        try await TestLog.with { log in
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
            }
            try await withTail(log) { collector in
                #expect(collector.begun == 1)
                #expect(collector.events.isEmpty)
            }
        }
    }
}
