import Logging
import Synchronization
import Testing

@testable import Postgres

@Suite struct NoticeLogTests {
    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        var texts: [String] { all.withLock { $0 } }

        func add(_ text: String) { all.withLock { $0.append(text) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        init(_ lines: Lines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let sql = event.metadata?["sql"].map { " \($0)" } ?? ""
            lines.add("\(event.level): \(event.message)\(sql)")
        }
    }

    @Test func noticesOfTheServerAreLoggedByTheirSeverity() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Handler(lines) }
        try await PostgresConnection.with(try TestServer.shared().configuration, logger: logger) { connection in
            try await connection.query("do $$ begin raise warning 'a warning'; raise notice 'a notice'; end $$")
            try await connection.executeScript("do $$ begin raise warning 'in a script'; end $$")
        }
        #expect(
            lines.texts == [
                "warning: the database says: a warning", "info: the database says: a notice",
                "warning: the database says: in a script",
            ]
        )
    }

    @Test func failedStatementIsLoggedAtDebugLevelAlone() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Handler(lines) }
        let error = try await postgresError {
            try await PostgresConnection.with(try TestServer.shared().configuration, logger: logger) { connection in
                try await connection.query("select 'told' from nowhere")
            }
        }
        #expect(error?.description.contains("nowhere") == true)
        #expect(error?.description.contains("told") == false)
        #expect(lines.texts == ["debug: a statement failed; its caller gets the error select 'told' from nowhere"])
    }
}
