import Postgres
import Testing

@Suite struct SeveralHostsTests {
    /// The test server, and before it a port at which none listens.
    private func configuration() throws -> PostgresConfiguration {
        var configuration = try TestServer.shared().configuration
        configuration.hosts.insert(PostgresHost(name: configuration.host, port: 5499), at: 0)
        return configuration
    }

    private func connectError(_ configuration: PostgresConfiguration) async throws -> PostgresError? {
        try await postgresError { try await PostgresConnection.with(configuration, logger: quiet) { _ in } }
    }

    @Test func nextHostIsTried() async throws {
        #expect(try await connectError(configuration()) == nil)
    }

    @Test func refusedLoginEndsTheSearch() async throws {
        var configuration = try configuration()
        configuration.hosts.swapAt(0, 1)
        configuration.database = "nowhere"
        let error = try await connectError(configuration)
        #expect(error?.sqlState == "3D000")
        #expect(error?.message.contains("\"nowhere\" does not exist") == true)
        #expect(error?.message.contains("3D000") == false)
        #expect(error?.message.contains("5499") == false)
    }

    @Test func everyHostsReasonIsTold() async throws {
        var configuration = try configuration()
        configuration.sessionKind = .standby
        let message = try #require(await connectError(configuration)?.message)
        #expect(message.contains("(port 5499): No such file"))
        #expect(message.contains("(port 5432): server is not in hot standby mode"))
    }

    @Test func preferredStandbyMayBeMissing() async throws {
        var configuration = try configuration()
        configuration.sessionKind = .preferStandby
        #expect(try await connectError(configuration) == nil)
        configuration.sessionKind = .readWrite
        #expect(try await connectError(configuration) == nil)
    }

    @Test func unknownNameIsPassedOver() async throws {
        var configuration = try configuration()
        configuration.hosts[0] = PostgresHost(name: "no-such-host.invalid")
        #expect(try await connectError(configuration) == nil)
        configuration.hosts.removeLast()
        let message = try await connectError(configuration)?.message
        #expect(message?.contains("could not translate host name \"no-such-host.invalid\"") == true)
    }
}
