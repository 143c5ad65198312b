import Foundation
import Logging
import Postgres

/// A private cluster on a Unix socket, made once for a test run and removed at any end of the process: a shell holds
/// the server and stops it when the shell's standard input closes.
struct TestServer: Sendable {
    let directory: String

    private static let made = Result { try TestServer() }

    static func shared() throws -> TestServer { try made.get() }

    var configuration: PostgresConfiguration {
        PostgresConfiguration(host: directory, port: 5432, database: "postgres", user: "postgres")
    }

    private init() throws {
        directory = "/tmp/pgtest-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let asUser = getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
        let script = """
            export PATH="${WAYBILL_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)}:$PATH"
            cd "$1" || exit 1
            [ -z "\(asUser)" ] || chown postgres "$1"
            exec 2> "$1/log"
            \(asUser) initdb -D "$1/data" -U postgres -A trust -E UTF8 --locale=C -N >&2 || { echo failed; exit 1; }
            \(asUser) postgres -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c max_connections=200 >&2 &
            until \(asUser) pg_isready -q -h "$1"; do kill -0 $! || { echo failed; exit 1; }; sleep 0.05; done
            echo ready
            read -r _
            kill -QUIT $!
            wait $!
            rm -rf "$1"
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script, "test-server", directory]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = output.fileHandleForReading.availableData
        guard String(decoding: line, as: UTF8.self) == "ready\n" else {
            throw PostgresError(.connect, "the test server did not start; see \(directory)/log")
        }
        // Stays open until the end of this process.
        _ = dup(input.fileHandleForWriting.fileDescriptor)
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Lends a connection to the test server and closes it.
@discardableResult
func withConnection<R>(
    _ configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresConnection) async throws -> R
) async throws -> R {
    var configuration = try TestServer.shared().configuration
    configure(&configuration)
    return try await PostgresConnection.with(configuration, logger: quiet, body)
}

struct DeadlinePassed: Error {}

/// Repeats the check until the condition holds.
func eventually(within limit: Duration = .seconds(60), _ condition: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !condition() {
        guard clock.now < deadline else { throw DeadlinePassed() }
        try await clock.sleep(for: .milliseconds(5))
    }
}

/// The error that the body throws; nil when it throws none.
func postgresError<R>(_ body: () async throws -> R) async throws -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch let error as PostgresError {
        return error
    }
}
