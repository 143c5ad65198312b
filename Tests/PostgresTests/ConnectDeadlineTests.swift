import TestSupport
import Testing

@testable import Postgres

@Suite struct ConnectDeadlineTests {
    private let now = ContinuousClock.now

    private func deadline(total: Duration, longest: Duration) -> ConnectDeadline {
        var configuration = PostgresConfiguration(host: "db", database: "", user: "")
        configuration.totalConnectTimeout = total
        configuration.connectTimeout = longest
        return ConnectDeadline(configuration, at: now)
    }

    @Test func attemptsShareTheTime() {
        let deadline = deadline(total: .seconds(12), longest: .seconds(10))
        #expect(deadline.share(of: 6, at: now) == .seconds(2))
        #expect(deadline.share(of: 5, at: now + .seconds(2)) == .seconds(2), "the first took its share")
        #expect(deadline.share(of: 5, at: now) == .milliseconds(2400), "the first failed at once")
        #expect(deadline.share(of: 1, at: now) == .seconds(10), "never longer than one address may take")
        #expect(deadline.share(of: 1, at: now + .seconds(12)) == nil)
    }

    @Test func connectTimeoutOfTheURLBoundsTheWhole() throws {
        let long = try PostgresConfiguration(connectionString: "postgres://a,b/db?connect_timeout=30")
        #expect(long.connectTimeout == .seconds(30) && long.totalConnectTimeout == .seconds(30))
        let short = try PostgresConfiguration(connectionString: "postgres://a,b/db?connect_timeout=2")
        #expect(short.connectTimeout == .seconds(2) && short.totalConnectTimeout == .seconds(10))
    }

    /// Two hosts without an answer stand before the one that serves.
    @Test func silentHostsLeaveTimeForTheOthers() async throws {
        try await withSilentServer { first in
            try await withSilentServer { second in
                var configuration = try TestServer.shared().configuration
                let good = configuration.hosts[0]
                let silent = [first, second].map { PostgresHost(name: "127.0.0.1", port: $0) }
                configuration.hosts = silent + [good]
                configuration.totalConnectTimeout = .seconds(6)
                let took = try await time { try await PostgresConnection.with(configuration, logger: quiet) { _ in } }
                #expect(took < .seconds(6))
                // A share of the first ones is two seconds.
                let next = try await time { try await PostgresConnection.with(configuration, logger: quiet) { _ in } }
                #expect(next < .seconds(2), "the last good host comes first")
            }
        }
    }

    /// Both rounds of `prefer-standby` meet the silent host, which takes its share once.
    @Test func laterRoundPassesSilentHostsOver() async throws {
        try await withSilentServer { port in
            var configuration = try TestServer.shared().configuration
            configuration.hosts.insert(PostgresHost(name: "127.0.0.1", port: port), at: 0)
            configuration.sessionKind = .preferStandby
            configuration.connectTimeout = .milliseconds(1500)
            configuration.totalConnectTimeout = .seconds(60)
            let took = try await time { try await PostgresConnection.with(configuration, logger: quiet) { _ in } }
            #expect(took >= .milliseconds(1500) && took < .seconds(3))
        }
    }

    private func time(_ body: () async throws -> Void) async rethrows -> Duration {
        let began = ContinuousClock.now
        try await body()
        return .now - began
    }
}
