import Logging
import Synchronization
import Testing

@testable import OrderLog

@Suite struct OutageTests {
    /// Keeps the messages that are logged.
    private final class Messages: Sendable {
        private let all = Mutex<[String]>([])
        var count: Int { all.withLock { $0.count } }
        var last: String? { all.withLock { $0.last } }

        func add(_ text: String) { all.withLock { $0.append(text) } }
    }

    private struct Handler: LogHandler {
        let messages: Messages
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        init(_ messages: Messages) { self.messages = messages }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { messages.add(event.message.description) }
    }

    private let messages = Messages()

    private func outage() -> Outage {
        Outage(
            of: "tail",
            proof: .milliseconds(10),
            logger: Logger(label: "test") { [messages] _ in Handler(messages) }
        )
    }

    @Test func aSessionThatLastsEndsTheOutageOnce() async throws {
        let outage = outage()
        outage.failed()
        outage.failed()
        try await outage.watch {
            while messages.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await outage.watch { try await Task.sleep(for: .milliseconds(20)) }
        #expect(messages.count == 1)
        #expect(messages.last == "tail: recovered: the database connection works again")
    }

    @Test func aSessionThatFailsAtOnceEndsNothing() async throws {
        let outage = outage()
        outage.failed()
        await outage.watch {}
        try await Task.sleep(for: .milliseconds(30))
        #expect(messages.count == 0)
    }

    @Test func withoutAFailureNothingIsSaid() async throws {
        try await outage().watch { try await Task.sleep(for: .milliseconds(30)) }
        #expect(messages.count == 0)
    }
}
