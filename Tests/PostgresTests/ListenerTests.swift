import Foundation
import Logging
import Postgres
import ServiceLifecycle
import Testing

@Suite struct ListenerTests {
    private func withListener(_ channel: String, _ body: (PostgresListener) async throws -> Void) async throws {
        let listener = PostgresListener(
            configuration: try TestServer.shared().configuration,
            channels: [channel],
            heartbeat: .milliseconds(500),
            logger: quiet
        )
        let running = Task { try await listener.run() }
        do {
            try await body(listener)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// The next signal, or an error when none comes in time.
    private func expectSignal(_ iterator: inout AsyncStream<Void>.AsyncIterator) async throws {
        let watchdog = Task {
            try await Task.sleep(for: .seconds(15))
            Issue.record("no signal came")
        }
        defer { watchdog.cancel() }
        try #require(await iterator.next() != nil)
    }

    @Test func listenerSignalsOnceItListensAndForNotifications() async throws {
        try await withListener("Orders \"new\"") { listener in
            var changes = listener.changes.makeAsyncIterator()
            try await expectSignal(&changes)
            try await withConnection { try await $0.query("select pg_notify('Orders \"new\"', 'x')") }
            try await expectSignal(&changes)
        }
    }

    @Test func listenerComesBackAfterItsSessionWasEndedAndSignals() async throws {
        try await withListener("c2") { listener in
            var changes = listener.changes.makeAsyncIterator()
            try await expectSignal(&changes)
            let first = try #require(listener.backendProcessID)
            try await withConnection { try await $0.query("select pg_terminate_backend($1)", [first]) }
            try await expectSignal(&changes)
            let second = try #require(listener.backendProcessID)
            #expect(first != second)
            try await withConnection { try await $0.query("notify c2") }
            try await expectSignal(&changes)
        }
    }

    @Test func silentSessionIsNoticedByTheHeartbeat() async throws {
        try await withListener("c4") { listener in
            var changes = listener.changes.makeAsyncIterator()
            try await expectSignal(&changes)
            let first = try #require(listener.backendProcessID)
            // The socket stays open and silent, as in a dead network.
            #expect(kill(first, SIGSTOP) == 0)
            defer { kill(first, SIGCONT) }
            try await expectSignal(&changes)
            #expect(listener.backendProcessID != first)
        }
    }

    @Test func lateObserverGetsASignalAtOnce() async throws {
        try await withListener("c3") { listener in
            try await eventually { listener.backendProcessID != nil }
            var changes = listener.changes.makeAsyncIterator()
            try await expectSignal(&changes)
        }
    }

    @Test func listenerKeepsTryingWhileTheServerIsAway() async throws {
        var configuration = try TestServer.shared().configuration
        configuration.port = 5433
        let listener = PostgresListener(configuration: configuration, channels: ["c"], logger: quiet)
        let changes = listener.changes
        let group = ServiceGroup(services: [listener], logger: quiet)
        let running = Task { try await group.run() }
        await group.triggerGracefulShutdown()
        try await running.value
        var signals = 0
        for await _ in changes { signals += 1 }
        #expect(signals == 0)
    }
}
