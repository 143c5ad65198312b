import Foundation
import LogSupport
import Orders
import Synchronization
import TestSupport
import Testing

@testable import OrderLog

@Suite struct LogTailTests {
    /// Collects the events that the tail delivers.
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

    private final class Observer: CommitObserver {
        private let state = Mutex<(committing: Bool, committed: [LoggedEvent])>((false, []))

        func commitBegins() { state.withLock { $0.committing = true } }

        func commitEnded(_ events: [LoggedEvent], in history: EpochTable) {
            state.withLock { state in
                #expect(state.committing, "no end without a beginning")
                state = (false, state.committed + events)
            }
        }

        var committed: [LoggedEvent] { state.withLock { $0.committed } }
    }

    private func withTail(_ log: TestLog, _ body: (Collector, LogTail) async throws -> Void) async throws {
        let collector = Collector()
        let tail = LogTail(configuration: log.database, registry: log.registry, sink: collector, logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await tail.run() }
            #expect(try await eventually { collector.begun != nil })
            try await body(collector, tail)
            group.cancelAll()
        }
    }

    @Test func everyEventArrivesOnceAndInOrder() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector, _ in
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

    @Test func aTailLosesNoEventsWithItsConnections() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector, _ in
                try await log.withAppender { appender in
                    for index in 0..<30 {
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                        if index.isMultiple(of: 5) { try await log.terminateConnections(named: "waybill tail") }
                    }
                }
                #expect(try await eventually { collector.events.count >= 30 })
                #expect(collector.events.map(\.seq) == Array(1...30))
            }
        }
    }

    @Test func aTailWhoseConnectionIsReplacedStaysCurrent() async throws {
        try await TestLog.with { log in
            try await withTail(log) { _, tail in
                #expect(tail.isCurrent)
                try await log.terminateConnections(named: "waybill tail")
                #expect(try await eventually { !tail.isHealthy })
                #expect(tail.isCurrent)
                #expect(try await eventually { tail.isHealthy })
            }
        }
    }

    @Test func aTailBeginsAtTheHead() async throws {
        try await TestLog.with { log in
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
            }
            try await withTail(log) { collector, _ in
                #expect(collector.begun == 1)
                #expect(collector.events.isEmpty)
            }
        }
    }

    /// Events from the appender and events from the log must be equal to the last byte, since frames are made of both.
    @Test func committedEventsEqualTheEventsRead() async throws {
        try await TestLog.with { log in
            let observer = Observer()
            try await log.withAppender(observer: observer) { appender in
                for index in 0..<20 {
                    let order = UUID()
                    _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    let note = #"{"text":"é \u2028 \\n \#(index)","visibility":"staff"}"#
                    _ = try await appender.submit(Samples.submission(.addNote, note, order: order))
                    let hold = #"{"holdId":"h","reason":"fraud","note":"n","occurredAt":"2026-01-31T12:00:00.123456Z"}"#
                    _ = try await appender.submit(Samples.submission(.holdOrder, hold, order: order))
                }
            }
            let read = try await log.reader.events(after: 0, limit: 1000, scope: .everything).events
            #expect(read.count == 60)
            #expect(observer.committed == read)
        }
    }

    @Test func committedAndReadEventsArriveOnceAndInOrder() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector, tail in
                // Two processes append; one of them passes its events to the tail, which loses its connections now and
                // then.
                try await log.withAppender(observer: tail) { near in
                    try await log.withAppender { far in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for appender in [near, far] {
                                group.addTask {
                                    for _ in 0..<100 {
                                        let place = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                                        _ = try await appender.submit(place)
                                    }
                                }
                            }
                            group.addTask {
                                for _ in 0..<5 { try await log.terminateConnections(named: "waybill tail") }
                            }
                            try await group.waitForAll()
                        }
                    }
                }
                #expect(try await eventually { collector.events.count >= 200 })
                #expect(collector.events.map(\.seq) == Array(1...200))
            }
        }
    }

    /// Events of other processes arrive although a commit of this process never ends.
    @Test func aHangingCommitDelaysOtherEventsOnlyBriefly() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector, tail in
                tail.commitBegins()
                try await log.withAppender { far in
                    _ = try await far.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                }
                #expect(try await eventually { collector.events.count == 1 })
            }
        }
    }

    @Test func eventsAreReadOnceTheAwaitedCommitHasFailed() async throws {
        try await TestLog.with { log in
            try await withTail(log) { collector, tail in
                try await log.withAppender { far in
                    for index in 1...50 {
                        tail.commitBegins()
                        _ = try await far.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                        tail.commitEnded([], in: log.registry.current)
                        #expect(try await eventually { collector.events.count == index })
                    }
                }
            }
        }
    }

    @Test func committedEventsThatAreNotNextAreIgnored() async throws {
        try await TestLog.with { log in
            try await log.withAppender { appender in
                for _ in 0..<5 {
                    _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                }
            }
            let events = try await log.reader.events(after: 0, limit: 10, scope: .everything).events
            try await withTail(log) { collector, tail in
                // The tail begins at the head: earlier events, and events that would leave a gap, are not delivered.
                tail.commitEnded(events, in: log.registry.current)
                tail.commitEnded(Array(events.dropFirst(3)), in: log.registry.current)
                #expect(collector.events.isEmpty)
            }
        }
    }
}
